namespace Ddmq.Proxy;

/// <summary>The proxy cannot start. The message is one line for an operator: what is wrong, where, and what would help.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
