using System.Net;
using System.Text;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;

namespace Ddmq.FunctionalTests.Cli;

/// <summary>A Thrift server that answers each call with what the test says, in place of a proxy.</summary>
internal sealed class ScriptedProxy : IAsyncDisposable
{
    private readonly Func<ThriftCall, int, (int Code, string Text)?> _answer;
    private readonly EpollServer _server;
    private int _calls;

    /// <param name="answer">Gets the call and its number from 1; null leaves the call without an answer.</param>
    public ScriptedProxy(Func<ThriftCall, int, (int Code, string Text)?> answer)
    {
        _answer = answer;
        _server = EpollServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), new ThriftDispatcher(OnCall, new ThriftServerOptions()));
    }

    public IPEndPoint EndPoint => _server.LocalEndPoint;

    public string Address => EndPoint.ToString();

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The message of a <c>sendSync</c> call.</summary>
    public static SendSyncArgs Arguments(ThriftCall call)
    {
        var arguments = new SendSyncArgs();
        var reader = new CompactReader(call.Arguments, call.Limits);
        arguments.Read(ref reader);
        return arguments;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void OnCall(ThriftCall call)
    {
        if (_answer(call, Interlocked.Increment(ref _calls)) is not { } answer)
        {
            return;
        }

        var result = new SendSyncResult { Success = new Result { Code = answer.Code, Msg = Encoding.UTF8.GetBytes(answer.Text) } };
        ThriftBuffer buffer = call.BeginReply();
        if (call.Protocol == ThriftProtocol.Compact)
        {
            var compact = new CompactWriter(buffer);
            compact.WriteMessageBegin(call.MethodName.Span, ThriftMessageType.Reply, call.SequenceId);
            result.Write(ref compact);
        }
        else
        {
            var binary = new BinaryProtocolWriter(buffer);
            binary.WriteMessageBegin(call.MethodName.Span, ThriftMessageType.Reply, call.SequenceId);
            result.Write(ref binary);
        }

        call.EndReply();
    }
}
