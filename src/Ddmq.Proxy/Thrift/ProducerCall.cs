using System.Runtime.CompilerServices;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;

namespace Ddmq.Proxy.Thrift;

/// <summary>
/// One call of the ProducerService from its arguments to its reply, with everything that takes. It stays with its
/// <see cref="ThriftCall"/> and is reused, so that a call costs no allocation; only a call whose deadline answered
/// before its store is left to the store and replaced.
/// </summary>
internal sealed class ProducerCall
{
    private readonly ProducerService _service;
    private readonly ThriftCall _call;
    private readonly Action _onCompleted;
    private readonly SendSyncArgs _sync = new();
    private readonly SendAsyncArgs _async = new();
    private readonly SendSyncResult _reply = new() { Success = new Result() };
    private readonly SendRequest _request = new();
    private SendBatchSyncArgs? _batchArgs;
    private SendDelaySyncArgs? _delayArgs;
    private SendDelaySyncResult? _delayReply;
    private BatchSend? _batch;
    private ProducerServiceMethod _method;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _awaiter;
    private bool _isEntered;

    public ProducerCall(ProducerService service, ThriftCall call)
    {
        _service = service;
        _call = call;
        _onCompleted = OnCompleted;
        _request.Trace.Client = call.RemoteAddress;
    }

    /// <summary>Decodes the arguments. Throws <see cref="ThriftFormatException"/>.</summary>
    public void Read<TReader>(ProducerServiceMethod method, ref TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        _method = method;
        switch (method)
        {
            case ProducerServiceMethod.SendSync:
                _sync.Read(ref reader);
                break;
            case ProducerServiceMethod.SendAsync:
                _async.Read(ref reader);
                break;
            case ProducerServiceMethod.SendBatchSync:
                (_batchArgs ??= new SendBatchSyncArgs()).Read(ref reader);
                break;
            default:
                (_delayArgs ??= new SendDelaySyncArgs()).Read(ref reader);
                break;
        }
    }

    /// <summary>Sends what was read. The reply follows, at once or later, whatever throws.</summary>
    public void Start()
    {
        _service.Counters.Enter(_method);
        ValueTask<SendResult> sending;
        try
        {
            sending = _method switch
            {
                ProducerServiceMethod.SendSync => SendOne(SendMethod.Sync, _sync.Message, _sync.Timeout),
                ProducerServiceMethod.SendAsync => SendOne(SendMethod.Async, _async.Message, 0),
                ProducerServiceMethod.SendBatchSync => SendBatch(),
                _ => CheckDelay(),
            };
        }
        catch (Exception exception)
        {
            // No store has the message yet: what throws behind that, the pipeline makes a result of.
            sending = new ValueTask<SendResult>(_service.Pipeline.Threw(exception, Stored.No));
        }

        _awaiter = sending.ConfigureAwait(false).GetAwaiter();
        if (_awaiter.IsCompleted)
        {
            OnCompleted();
        }
        else
        {
            _awaiter.UnsafeOnCompleted(_onCompleted);
        }
    }

    /// <summary>Forgets the arguments, so that nothing of a frame is kept with the object.</summary>
    public void Clear()
    {
        _sync.Clear();
        _async.Clear();
        _batchArgs?.Clear();
        _delayArgs?.Clear();
    }

    private ValueTask<SendResult> SendOne(SendMethod method, Message? message, long timeoutMs)
    {
        Fill(_request, method, message);
        Enter(timeoutMs);
        return FindRefusal() is { } refusal ? new ValueTask<SendResult>(refusal) : _service.Pipeline.SendAsync(_request);
    }

    private ValueTask<SendResult> SendBatch()
    {
        ThriftList<Message>? messages = _batchArgs!.Messages;
        if (messages is not null && messages.Count > _service.MaxBatchMessages)
        {
            return new ValueTask<SendResult>(SendResult.Refused(
                SendStatus.IllegalMessage,
                $"{messages.Count} messages in one batch, at most {_service.MaxBatchMessages} are allowed; none of the batch was sent"));
        }

        _batch ??= new BatchSend(_service.Pipeline, _call.RemoteAddress);
        for (int i = 0; i < (messages?.Count ?? 0); i++)
        {
            Fill(_batch.Add(), SendMethod.BatchSync, messages![i]);
        }

        return FindRefusal() is { } refusal ? new ValueTask<SendResult>(_batch.Refuse(refusal)) : _batch.SendAsync();
    }

    private ValueTask<SendResult> CheckDelay()
    {
        DelayMessage? message = _delayArgs!.DelayMessage;
        _request.Method = SendMethod.DelaySync;
        if (message is not null)
        {
            _request.TopicName = message.Topic;
            _request.Tags = message.Tags;
            _request.Body = message.Body.GetValueOrDefault();
            AddProperties(_request, message.Properties);
        }

        Enter(_delayArgs.Timeout);
        return new ValueTask<SendResult>(FindRefusal() ?? _service.Pipeline.CheckDelay(_request));
    }

    private void Enter(long timeoutMs)
    {
        _service.Pipeline.Enter(_request, timeoutMs);
        _isEntered = true;
    }

    /// <summary>Runs on whatever thread completed the message: the loop's, the store's, the timer's. Nothing escapes into it.</summary>
    private void OnCompleted()
    {
        try
        {
            Complete();
        }
        catch (Exception exception)
        {
            _service.OnCompletionFailed(_call, exception);
        }
    }

    private void Complete()
    {
        SendResult result = Outcome();
        _awaiter = default;
        if (_isEntered)
        {
            _isEntered = false;
            _service.Pipeline.Leave(_request, result);
        }

        Reply(result);
    }

    private SendResult Outcome()
    {
        try
        {
            return _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            return _service.Pipeline.Threw(exception, Stored.Unknown);
        }
    }

    /// <summary>What this node answers whatever the message is.</summary>
    private SendResult? FindRefusal()
    {
        if (_service.IsStopping)
        {
            return SendResult.Refused(SendStatus.ShuttingDown);
        }

        return _service.IsOverBytesInFlight(_call) ? _service.BytesInFlightRefused : null;
    }

    private void Reply(SendResult result)
    {
        if (_request.IsAbandoned || _batch is { IsAbandoned: true })
        {
            // The store still reads the frame's bytes: the call takes new memory, this object goes when the store has finished.
            _call.Detach();
        }
        else
        {
            _request.Reset();
            _batch?.Reset();
            Clear();
        }

        if (result.Status == SendStatus.RateLimited)
        {
            _call.NoteOverLimit();
        }

        try
        {
            ThriftBuffer buffer = _call.BeginReply();
            if (_call.Protocol == ThriftProtocol.Compact)
            {
                var writer = new CompactWriter(buffer);
                Write(ref writer, result);
            }
            else
            {
                var writer = new BinaryProtocolWriter(buffer);
                Write(ref writer, result);
            }
        }
        finally
        {
            _service.Counters.Leave(_method);
        }

        _call.EndReply(); // last: the call may be taken for the connection's next frame at once
    }

    private void Write<TWriter>(ref TWriter writer, SendResult result)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        writer.WriteMessageBegin(ProducerServiceMethods.Name(_method), ThriftMessageType.Reply, _call.SequenceId);
        if (_method == ProducerServiceMethod.SendDelaySync)
        {
            _delayReply ??= new SendDelaySyncResult { Success = new DelayResult { UniqDelayMsgId = ReadOnlyMemory<byte>.Empty } };
            _delayReply.Success!.Code = (int)result.Status;
            _delayReply.Success.Msg = ResultText.Utf8(result);
            _delayReply.Write(ref writer);
        }
        else
        {
            // The results of the other three methods have the same form.
            _reply.Success!.Code = (int)result.Status;
            _reply.Success.Msg = ResultText.Utf8(result);
            _reply.Write(ref writer);
        }
    }

    private static void Fill(SendRequest request, SendMethod method, Message? message)
    {
        request.Method = method;
        if (message is null)
        {
            return; // no topic, which the rules refuse
        }

        request.TopicName = message.Topic;
        request.Key = message.Key;
        request.Tags = message.Tags;
        request.Body = message.Body ?? message.Value.GetValueOrDefault();
        request.HashId = message.HashId;
        request.PartitionId = message.PartitionId;
        AddProperties(request, message.Properties);
    }

    private static void AddProperties(SendRequest request, ThriftMap? properties)
    {
        for (int i = 0; i < (properties?.Count ?? 0); i++)
        {
            (ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value) = properties![i];
            request.AddProperty(name, value);
        }
    }
}
