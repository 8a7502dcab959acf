using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;

namespace Ddmq.Proxy.Thrift;

/// <summary>
/// The IDL's ProducerService: finds the method, decodes its arguments and hands the call to a
/// <see cref="ProducerCall"/>, which carries it to its reply. Thread-safe.
/// </summary>
/// <param name="pipeline">Where messages go.</param>
/// <param name="maxBatchMessages">The most messages one <c>sendBatchSync</c> may bring.</param>
/// <param name="maxBytesInFlight">Over that many bytes in unanswered calls and in answered messages that a store still holds, new calls are refused.</param>
/// <param name="failed">Told of bugs met after a call's handler had returned; must not throw.</param>
internal sealed class ProducerService(SendPipeline pipeline, int maxBatchMessages, long maxBytesInFlight, Action<Exception> failed)
{
    private volatile bool _isStopping;

    /// <summary>Where messages go.</summary>
    public SendPipeline Pipeline { get; } = pipeline;

    /// <summary>The most messages one <c>sendBatchSync</c> may bring.</summary>
    public int MaxBatchMessages { get; } = maxBatchMessages;

    /// <summary>The answer to calls beyond the bound of bytes in flight.</summary>
    public SendResult BytesInFlightRefused { get; } = SendResult.Refused(
        SendStatus.RateLimited,
        $"this proxy has more than {maxBytesInFlight} bytes in flight (ddmq.thrift.maxBytesInFlight), try again when stores have settled messages");

    /// <summary>Whether so much memory is held for messages that this call, which is counted, is one too many.</summary>
    public bool IsOverBytesInFlight(ThriftCall call) => call.ServerBytesInFlight + Pipeline.Abandoned.Current > maxBytesInFlight;

    /// <summary>Calls by method.</summary>
    public ProducerCounters Counters { get; } = new();

    /// <summary>Whether calls are answered with 20.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>From now on every call is answered with 20.</summary>
    public void RefuseNewCalls() => _isStopping = true;

    /// <summary>Takes a call; see <see cref="CallHandler"/>.</summary>
    public void OnCall(ThriftCall call)
    {
        if (!ProducerServiceMethods.TryParse(call.MethodName.Span, out ProducerServiceMethod method))
        {
            call.ReplyUnknownMethod();
            return;
        }

        var producerCall = (ProducerCall?)call.State;
        if (producerCall is null)
        {
            producerCall = new ProducerCall(this, call);
            call.State = producerCall;
        }

        try
        {
            if (call.Protocol == ThriftProtocol.Compact)
            {
                var reader = new CompactReader(call.Arguments, call.Limits);
                producerCall.Read(method, ref reader);
            }
            else
            {
                var reader = new BinaryProtocolReader(call.Arguments, call.Limits);
                producerCall.Read(method, ref reader);
            }
        }
        catch (ThriftFormatException exception)
        {
            producerCall.Clear();
            call.ReplyBadArguments(exception);
            return;
        }

        producerCall.Start();
    }

    /// <summary>A bug on the way from a result to its reply: logged, and the client is told instead of left waiting.</summary>
    public void OnCompletionFailed(ThriftCall call, Exception exception)
    {
        failed(exception);
        call.ReplyInternalError();
    }
}
