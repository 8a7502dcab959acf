using System.Runtime.InteropServices;
using Confluent.Kafka;
using Ddmq.Storage.Kafka.Native;
using Ddmq.Storage.Kafka.Sending;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// The thread that brings a client's delivery reports and errors. librdkafka puts all reports of a request into one event; they are read where
/// they lie.
/// </summary>
internal sealed unsafe class ReportLoop
{
    // How long the thread sleeps when nothing happens; whoever ends it wakes it.
    private const int WaitMs = 1000;
    private const int MessagesAtOnce = 128;

    private readonly nint _client;
    private readonly nint _queue;
    private readonly Action<SendOperation, Report> _delivered;
    private readonly Action<Error> _failed;
    private readonly Thread _thread;
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
        _thread = new Thread(Run) { IsBackground = true, Name = "kafka-reports" };
    }

    /// <summary>What a delivery report says.</summary>
    /// <param name="Code">librdkafka's error.</param>
    /// <param name="Status">What librdkafka knows of the message.</param>
    /// <param name="Partition">The partition it was meant for.</param>
    /// <param name="Offset">Its offset; negative when there is none.</param>
    public readonly record struct Report(int Code, PersistenceStatus Status, int Partition, long Offset);

    public void Start() => _thread.Start();

    /// <summary>Ends the thread and waits for it; no report comes after that. Once, and not on the thread itself.</summary>
    public void End()
    {
        _isEnding = true;
        RdKafka.QueueYield(_queue);
        _thread.Join();
        RdKafka.QueueDestroy(_queue);
    }

    private void Run()
    {
        while (!_isEnding)
        {
            nint happened = RdKafka.QueuePoll(_queue, WaitMs);
            if (happened != 0)
            {
                On(happened);
                RdKafka.EventDestroy(happened);
            }
        }
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
