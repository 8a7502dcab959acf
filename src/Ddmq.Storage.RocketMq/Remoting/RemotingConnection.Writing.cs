using Ddmq.Core.Pipeline;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <content>Getting the outgoing buffer to the socket: one thread at a time has the right to write, and passes it on when the socket is full.</content>
internal sealed partial class RemotingConnection
{
    // One caller writes what others have appended meanwhile, but not for ever.
    private const int MaxWritesByCaller = 4;

    private SemaphoreSlim? _writerWork;
    private bool _isWriting;
    private int _deferredBy;

    /// <summary>Gets what was appended to the socket: at the end of this thread's burst when there is one, else now.</summary>
    public void Flush()
    {
        if (WriteGather.TryDefer(this))
        {
            return;
        }

        int thread = Environment.CurrentManagedThreadId;
        if (Volatile.Read(ref _deferredBy) == thread)
        {
            return;
        }

        if (Burst.TryDefer(this))
        {
            Volatile.Write(ref _deferredBy, thread);
            return;
        }

        WriteNow();
    }

    /// <inheritdoc/>
    public void EndBurst()
    {
        // Another thread may have asked after us; it will then ask once more than needed.
        Volatile.Write(ref _deferredBy, 0);
        WriteNow();
    }

    private void WriteNow()
    {
        ReadOnlyMemory<byte> bytes;
        IWire wire;
        lock (_lock)
        {
            if (_isWriting || !_isOpen || _outgoing.Waiting == 0)
            {
                return;
            }

            _isWriting = true;
            wire = _wire!;
            if (!wire.CanTrySend)
            {
                WakeWriter();
                return;
            }

            bytes = _outgoing.Sending();
        }

        try
        {
            for (int writes = 1; ; writes++)
            {
                int sent = wire.TrySend(bytes.Span);
                lock (_lock)
                {
                    if (!_isOpen)
                    {
                        return;
                    }

                    _outgoing.Sent(sent);
                    if (_outgoing.Waiting == 0)
                    {
                        _isWriting = false;
                        return;
                    }

                    if (sent < bytes.Length || writes == MaxWritesByCaller)
                    {
                        WakeWriter();
                        return;
                    }

                    bytes = _outgoing.Sending();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Close(exception.Message);
        }
    }

    // Under the lock, with the right to write: it passes to the writing thread.
    private void WakeWriter()
    {
        if (_writerWork is null)
        {
            _writerWork = new SemaphoreSlim(0);
            try
            {
                _options.StartThread($"rocketmq writer {_address}", WriteWhenAsked);
            }
            catch (Exception exception)
            {
                CloseWithoutThread(exception);
            }
        }

        _writerWork.Release();
    }

    private void WriteWhenAsked()
    {
        SemaphoreSlim work = _writerWork!;
        try
        {
            while (true)
            {
                work.Wait();
                while (true)
                {
                    ReadOnlyMemory<byte> bytes;
                    lock (_lock)
                    {
                        if (!_isOpen)
                        {
                            return;
                        }

                        if (_outgoing.Waiting == 0)
                        {
                            _isWriting = false;
                            break;
                        }

                        bytes = _outgoing.Sending();
                    }

                    _wire!.SendAll(bytes.Span);
                    lock (_lock)
                    {
                        if (!_isOpen)
                        {
                            return;
                        }

                        _outgoing.Sent(bytes.Length);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Close(exception.Message);
        }
    }
}
