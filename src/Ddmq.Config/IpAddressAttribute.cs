using System.Net;

namespace Ddmq.Config;

/// <summary>The text must be an IPv4 or IPv6 address to listen on.</summary>
internal sealed class IpAddressAttribute : ValueRuleAttribute
{
    public override string Expected => "an IP address such as 0.0.0.0, 127.0.0.1 or ::";

    // IPAddress.TryParse also takes "1" for 0.0.0.1, which nobody who writes it in a configuration means.
    public override bool Allows(object value) =>
        value is string text && text.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(text, out _);
}
