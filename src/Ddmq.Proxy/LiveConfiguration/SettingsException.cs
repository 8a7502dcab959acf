namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Settings that passed every check and still cannot be put in force. The message is for an operator.</summary>
internal sealed class SettingsException(string message, Exception? inner = null) : Exception(message, inner);
