using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Diagnostics;

/// <summary>
/// A logger that throws nothing, for places where a line matters less than what goes on behind it. A line that cannot be written is lost: there
/// is nobody left to tell. Thread-safe as the logger behind it is.
/// </summary>
/// <param name="logger">Where lines go.</param>
public sealed class GuardedLogger(ILogger logger) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // See above.
        }
    }
}
