using Ddmq.Config;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// What can change while the proxy runs: its node's settings and the topics it serves, from whatever source. Checked; replaced whole; not
/// to be modified.
/// </summary>
/// <param name="Origin">Where it comes from, to go after "from" in a log line.</param>
/// <param name="Node">The proxy's settings.</param>
/// <param name="Topics">The topics it serves, by name.</param>
internal sealed record ProxySettings(string Origin, CarreraConfigurationOptions Node, IReadOnlyDictionary<string, TopicConfig> Topics);
