using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ddmq.TestKit.Proxy;

/// <summary>Keeps every line that is logged. Thread-safe, but for <see cref="IsBroken"/>, which is set before.</summary>
public sealed class CapturedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    /// <summary>The lines so far, oldest first, exceptions behind their text.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. _lines];

    /// <summary>Lines for which it throws instead; none unless that is set.</summary>
    public Func<string, bool> IsBroken { get; set; } = _ => false;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("lines are kept here and go nowhere else");

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            string text = exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}";
            if (IsBroken(text))
            {
                throw new InvalidOperationException($"broken by the test at: {text}");
            }

            _lines.Enqueue((logLevel, text));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Owned by the test, which reads it after the proxy has stopped.
    }
}
