using Serilog.Sinks.Async;

namespace Ddmq.Proxy.Logging;

/// <summary>Knows how many lines were left out because the disk could not keep up.</summary>
internal sealed class LogQueueMonitor : IAsyncLogEventSinkMonitor
{
    private IAsyncLogEventSinkInspector? _queue;

    public long DroppedLines => _queue?.DroppedMessagesCount ?? 0;

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _queue = inspector;

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
    {
    }
}
