using System.Runtime.InteropServices;
using Confluent.Kafka;
using Ddmq.Core.Native;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka.Native;
using Ddmq.Storage.Kafka.Sending;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// Brings a client's delivery reports and errors: on a thread that watches many descriptors, or on one of its own. librdkafka puts all reports
/// of a request into one event; they are read where they lie.
/// </summary>
internal sealed unsafe class ReportLoop
{
    // How long a thread of its own sleeps when nothing happens; whoever ends it wakes it.
    private const int WaitMs = 1000;
    private const int MessagesAtOnce = 128;

    private readonly nint _client;
    private readonly nint _queue;
    private readonly Action<SendOperation, Report> _delivered;
    private readonly Action<Error> _failed;
    private readonly ManualResetEventSlim _ended = new();
    private EventDescriptor? _ready;
    private volatile bool _isEnding;

    /// <param name="client">The producer's native handle, which outlives this.</param>
    /// <param name="delivered">Told of a message's report. Must not throw.</param>
    /// <param name="failed">Told of what concerns the client as a whole. Must not throw.</param>
    public ReportLoop(nint client, Action<SendOperation, Report> delivered, Action<Error> failed)
    {
        _client = client;
        _queue = RdKafka.QueueGetMain(client);
        _delivered = delivered;
        _failed = failed;
    }

    /// <summary>What a delivery report says.</summary>
    /// <param name="Code">librdkafka's error.</param>
    /// <param name="Status">What librdkafka knows of the message.</param>
    /// <param name="Partition">The partition it was meant for.</param>
    /// <param name="Offset">Its offset; negative when there is none.</param>
    public readonly record struct Report(int Code, PersistenceStatus Status, int Partition, long Offset);

    /// <summary>Begins. Once.</summary>
    /// <param name="watch">The thread that reports come on; null for one of its own.</param>
    public void Start(WatchDescriptor? watch)
    {
        // A process that has run out of descriptors has threads left: a client that replaces a failed one must begin.
        if (watch is not null && (_ready = EventDescriptor.TryCreateWatched()) is not null)
        {
            ulong one = 1;
            RdKafka.QueueIoEventEnable(_queue, _ready.Descriptor, &one, sizeof(ulong));
            _ready.Set(); // for what has happened before
            if (watch(_ready.Descriptor, OnReadable))
            {
                return;
            }

            Unwatch();
        }

        new Thread(Run) { IsBackground = true, Name = "kafka-reports" }.Start();
    }

    /// <summary>Ends it and waits for that; no report comes afterwards. Once, and not where reports come.</summary>
    public void End()
    {
        _isEnding = true;
        _ready?.Set();
        RdKafka.QueueYield(_queue);
        _ended.Wait();
        Unwatch();
        RdKafka.QueueDestroy(_queue);
        _ended.Dispose();
    }

    private void Unwatch()
    {
        if (_ready is not null)
        {
            RdKafka.QueueIoEventEnable(_queue, -1, null, 0);
            _ready.Dispose();
            _ready = null;
        }
    }

    private bool OnReadable()
    {
        // In this order: what happens after the last look sets it again.
        _ready!.Reset();
        while (!_isEnding && RdKafka.QueuePoll(_queue, 0) is var happened and not 0)
        {
            On(happened);
        }

        if (_isEnding)
        {
            _ended.Set();
            return false;
        }

        return true;
    }

    private void Run()
    {
        while (!_isEnding)
        {
            if (RdKafka.QueuePoll(_queue, WaitMs) is var happened and not 0)
            {
                On(happened);
            }
        }

        _ended.Set();
    }

    private void On(nint happened)
    {
        switch (RdKafka.EventType(happened))
        {
            case RdKafka.EventDeliveryReports:
                OnReports(happened);
                break;
            case RdKafka.EventError:
                _failed(RdKafka.ToError(_client, RdKafka.EventErrorCode(happened)));
                break;
        }

        RdKafka.EventDestroy(happened);
    }

    private void OnReports(nint happened)
    {
        RdKafka.Message** messages = stackalloc RdKafka.Message*[MessagesAtOnce];
        nuint count;
        while ((count = RdKafka.EventMessages(happened, messages, MessagesAtOnce)) > 0)
        {
            for (nuint i = 0; i < count; i++)
            {
                RdKafka.Message* message = messages[i];
                var operation = (SendOperation)GCHandle.FromIntPtr(message->Opaque).Target!;
                _delivered(operation, new Report(
                    message->Error, (PersistenceStatus)RdKafka.MessageStatus(message), message->Partition, message->Offset));
            }
        }
    }
}
