using System.Buffers;
using System.IO.Pipelines;
using Ddmq.Thrift.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Ddmq.Proxy.Thrift;

/// <summary>
/// The other socket layer under the Thrift front door: one Kestrel connection. Slower than the event loops
/// (docs/performance.md has the figures) and runs wherever .NET does. A lock keeps the promise that the protocol is
/// entered by one thread at a time; it is contended only when a reply comes from another thread while bytes arrive.
/// </summary>
internal sealed class KestrelConnection : IConnectionTransport
{
    private readonly ConnectionContext _context;
    private readonly ThriftDispatcher _dispatcher;
    private readonly ThriftConnection _thrift;
    private readonly SemaphoreSlim _mayContinue = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Timer _sweep;
    private bool _isReceiving;
    private bool _isFlushing;
    private bool _isClosed;
    private long _blockedSinceMs;

    private KestrelConnection(ConnectionContext context, ThriftDispatcher dispatcher)
    {
        _context = context;
        _dispatcher = dispatcher;
        _thrift = new ThriftConnection(dispatcher, this);
        _sweep = new Timer(static connection => ((KestrelConnection)connection!).Sweep(), this, 1000, 1000);
    }

    public string RemoteAddress => _context.RemoteEndPoint?.ToString() ?? "unknown";

    /// <summary>Serves a connection until it ends.</summary>
    public static Task RunAsync(ConnectionContext context, ThriftDispatcher dispatcher) =>
        new KestrelConnection(context, dispatcher).RunAsync();

    public void RequestFlush()
    {
        lock (_gate)
        {
            // What completes while its own frame is being dispatched is written right after.
            if (!_isReceiving)
            {
                Write();
            }
        }
    }

    private async Task RunAsync()
    {
        CloseReason reason = CloseReason.ConnectionError;
        using CancellationTokenRegistration stopping = _context.Features.Get<IConnectionLifetimeNotificationFeature>()
            ?.ConnectionClosedRequested.Register(Stop) ?? default;
        try
        {
            if (_dispatcher.Statistics.Open > _dispatcher.Options.MaxConnections)
            {
                reason = CloseReason.TooManyConnections;
                return;
            }

            while (true)
            {
                int wanted;
                lock (_gate)
                {
                    if (_thrift.IsFinished && !_isFlushing)
                    {
                        reason = _thrift.FinishReason;
                        return;
                    }

                    wanted = _isFlushing ? 0 : _thrift.WantedBytes;
                }

                if (wanted == 0)
                {
                    // A reply that goes out, or a second's sweep, may let us go on.
                    await _mayContinue.WaitAsync();
                    continue;
                }

                // Not with ConnectionClosed: Kestrel cancels that when the client half-closes, and such a client is still owed
                // its replies. A broken connection ends the read by itself.
                var read = await _context.Transport.Input.ReadAsync();
                ReadOnlySequence<byte> bytes = read.Buffer.Slice(0, Math.Min(wanted, read.Buffer.Length));
                long taken = 0;
                lock (_gate)
                {
                    _isReceiving = true;
                    foreach (ReadOnlyMemory<byte> segment in bytes)
                    {
                        if (_thrift.WantedBytes == 0)
                        {
                            break; // the rest waits in the pipe, which is bounded
                        }

                        _thrift.Receive(segment.Span);
                        taken += segment.Length;
                    }

                    if (read.IsCompleted && taken == read.Buffer.Length)
                    {
                        _thrift.EndOfInput();
                    }

                    _isReceiving = false;
                    Write();
                }

                _context.Transport.Input.AdvanceTo(bytes.GetPosition(taken));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Reset by the client, or aborted by the server's stop: there is nobody to answer.
            lock (_gate)
            {
                reason = _thrift.BrokenReason;
            }
        }
        finally
        {
            await _sweep.DisposeAsync();
            lock (_gate)
            {
                _isClosed = true;
                _thrift.Closed(reason);
            }
        }
    }

    /// <summary>The server stops: what is in flight is still answered.</summary>
    private void Stop()
    {
        lock (_gate)
        {
            _thrift.Finish(CloseReason.ServerStopping);
            LetContinue();
        }

        _context.Transport.Input.CancelPendingRead();
    }

    /// <summary>Writes what is ready; under the lock.</summary>
    private void Write()
    {
        if (_isClosed || _isFlushing)
        {
            return;
        }

        bool wrote = false;
        while (true)
        {
            Span<byte> free = _context.Transport.Output.GetSpan(4096);
            int taken = _thrift.TakeReplies(free);
            if (taken > 0)
            {
                _context.Transport.Output.Advance(taken);
                _dispatcher.Statistics.CountWritten(taken);
                wrote = true;
            }
            else if (_thrift.CanResume)
            {
                _isReceiving = true;
                _thrift.Resume();
                _isReceiving = false;
            }
            else
            {
                break;
            }
        }

        if (wrote)
        {
            ValueTask<FlushResult> flush = _context.Transport.Output.FlushAsync();
            if (flush.IsCompletedSuccessfully)
            {
                EndWhenGone(flush.Result);
            }
            else
            {
                _isFlushing = true;
                _blockedSinceMs = Environment.TickCount64;
                _ = FinishFlushAsync(flush);
            }
        }

        LetContinue();
    }

    private async Task FinishFlushAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = default;
        try
        {
            result = await flush.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            result = new FlushResult(isCanceled: false, isCompleted: true);
        }

        lock (_gate)
        {
            _isFlushing = false;
            EndWhenGone(result);
            Write();
        }
    }

    /// <summary>Nobody reads the replies any more: nothing more is read either.</summary>
    private void EndWhenGone(FlushResult flush)
    {
        if (flush.IsCompleted)
        {
            _thrift.Finish(CloseReason.ConnectionError);
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            long now = Environment.TickCount64;
            _thrift.Sweep(now);
            if (_isFlushing && now - _blockedSinceMs > (long)_dispatcher.Options.FrameTimeout.TotalMilliseconds)
            {
                _thrift.Finish(CloseReason.ReplyTimeout);
                _context.Abort();
            }
            else if (_thrift.FinishReason == CloseReason.FrameTimeout)
            {
                _context.Abort();
            }

            LetContinue();
        }
    }

    private void LetContinue()
    {
        if (_mayContinue.CurrentCount == 0)
        {
            _mayContinue.Release();
        }
    }
}
