using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;
using Xunit;
using static Ddmq.UnitTests.Thrift.Server.CallSockets;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>In which order an event loop serves connections that all have something for it.</summary>
public sealed class TurnTests : IAsyncDisposable
{
    private const int Many = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EpollServer _server;
    private readonly ConcurrentQueue<int> _order = new();
    private readonly SemaphoreSlim _held = new(0);
    private readonly SemaphoreSlim _release = new(0);
    private volatile bool _refuses;
    private int _interruptAt;
    private Action? _interrupt;

    public TurnTests()
    {
        _server = EpollServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new ThriftDispatcher(OnCall, new ThriftServerOptions { OverLimitPause = TimeSpan.Zero }));
    }

    [Fact]
    public async Task ConnectionsThatAskForTooMuch_AreServedAfterTheOthersAndForAWhileOnly()
    {
        using Socket holder = Connect();
        Socket[] greedy = [.. Enumerable.Range(0, Many).Select(_ => Connect())];
        using Socket modest = Connect();
        try
        {
            _refuses = true;
            foreach (Socket socket in greedy)
            {
                await CallAsync(socket, 1);
            }

            _refuses = false;
            Assert.Equal([0, .. Enumerable.Repeat(1, Many)], (await RoundAsync(holder, greedy, modest)).Order());
            Assert.Equal(0, _order.First());

            // Nothing is refused any more: soon nobody is last for it. The first of them all came first.
            using var limit = new CancellationTokenSource(Patience);
            while ((await RoundAsync(holder, greedy, modest))[0] == 0)
            {
                limit.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (Socket socket in greedy)
            {
                socket.Dispose();
            }
        }
    }

    [Fact]
    public async Task ConnectionThatAsksForTooMuch_IsServedWhileTheOthersAreBusyAllTheTime()
    {
        using Socket greedy = Connect();
        using Socket busy = Connect();
        _refuses = true;
        await CallAsync(greedy, 1);
        _refuses = false;

        // Always something in the other connection's socket.
        using var done = new CancellationTokenSource();
        Task load = Task.Run(async () =>
        {
            byte[] frames = Frames(100, 0);
            var replies = new byte[64 * 1024];
            while (!done.IsCancellationRequested)
            {
                await busy.SendAsync(frames);
                await busy.ReceiveAsync(replies);
            }
        });
        for (int i = 0; i < 100; i++)
        {
            await CallAsync(greedy, 1);
        }

        await done.CancelAsync();
        await load.WaitAsync(Patience);
    }

    [Fact]
    public async Task ConnectionsThatPipelineTooMuch_KeepOthersWaitingForOneTurnOnly()
    {
        const int Pipelined = 100;
        using Socket holder = Connect();
        using Socket modest = Connect();
        Socket[] greedy = [.. Enumerable.Range(0, Many).Select(_ => Connect())];
        try
        {
            _refuses = true;
            foreach (Socket socket in greedy)
            {
                await CallAsync(socket, 1);
            }

            await holder.SendAsync(Frame(-1));
            Assert.True(await _held.WaitAsync(Patience));
            byte[] frames = Frames(Pipelined, 1);
            foreach (Socket socket in greedy)
            {
                await socket.SendAsync(frames);
            }

            // In the middle of all that somebody else calls.
            _order.Clear();
            _interruptAt = Many * Pipelined / 2;
            _interrupt = () => modest.Send(Frame(0));
            _release.Release();
            await ReceiveAsync(modest);

            Assert.InRange(Array.IndexOf([.. _order], 0), _interruptAt, _interruptAt + 16);
        }
        finally
        {
            foreach (Socket socket in greedy)
            {
                socket.Dispose();
            }
        }
    }

    [Fact]
    public async Task ConnectionThatPipelinesTooMuch_HasShortTurns()
    {
        const int Pipelined = 1000;
        int rounds = 0;
        await using EventLoops loops = EventLoops.Start(1, null, () => rounds++);
        await using EpollServer server = EpollServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            new ThriftDispatcher(
                call =>
                {
                    call.NoteOverLimit();
                    call.ReplyException(ThriftApplicationError.InternalError, "x");
                },
                new ThriftServerOptions { OverLimitPause = TimeSpan.Zero }),
            loops);
        using Socket greedy = CallSockets.Connect(server.LocalEndPoint);
        byte[] frames = Frames(Pipelined, 1);
        await CallAsync(greedy, 1);

        int before = Volatile.Read(ref rounds);
        await greedy.SendAsync(frames);
        await ReceiveAsync(greedy, Pipelined);

        Assert.InRange(Volatile.Read(ref rounds) - before, Pipelined / 16, int.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        _release.Release(Many);
        await _server.DisposeAsync();
        _held.Dispose();
        _release.Dispose();
    }

    // While the loop is held in a call, all others send theirs; then it goes on. The modest one is the last to send.
    private async Task<int[]> RoundAsync(Socket holder, Socket[] greedy, Socket modest)
    {
        await holder.SendAsync(Frame(-1));
        Assert.True(await _held.WaitAsync(Patience));
        _order.Clear();
        foreach (Socket socket in greedy)
        {
            await socket.SendAsync(Frame(1));
        }

        await modest.SendAsync(Frame(0));
        _release.Release();
        foreach (Socket socket in (Socket[])[holder, modest, .. greedy])
        {
            await ReceiveAsync(socket);
        }

        return [.. _order];
    }

    private void OnCall(ThriftCall call)
    {
        if (call.SequenceId < 0)
        {
            _held.Release();
            _release.Wait(Patience);
        }
        else
        {
            _order.Enqueue(call.SequenceId);
            if (_interrupt is { } interrupt && _order.Count == _interruptAt)
            {
                _interrupt = null;
                interrupt();
            }
        }

        if (_refuses)
        {
            call.NoteOverLimit();
        }

        call.ReplyException(ThriftApplicationError.InternalError, "x");
    }

    private Socket Connect() => CallSockets.Connect(_server.LocalEndPoint);
}
