using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Carries one message to its result. What a producer or a broker can cause comes back as a result, never as an
/// exception. A stage is a class with a <c>next</c> of this type; there is no base class.
/// </summary>
public delegate ValueTask<SendResult> SendDelegate(SendRequest request);
