using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>The rounds of an event loop: what is told of them, and when it looks again before it sleeps.</summary>
public sealed class RoundTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Calls_MoreThanATurnOfThem_AreAllHandledWithinRounds()
    {
        const int Calls = 1000;
        int depth = 0;
        var depths = new BlockingCollection<int>();
        await using EventLoops loops = EventLoops.Start(1, null, () => depth++, _ => --depth > 0);
        await using EpollServer server = EpollServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            new ThriftDispatcher(
                call =>
                {
                    depths.Add(depth);
                    call.ReplyException(ThriftApplicationError.InternalError, "x");
                },
                new ThriftServerOptions()),
            loops);
        using Socket client = CallSockets.Connect(server.LocalEndPoint);

        await client.SendAsync(CallSockets.Frames(Calls, 1));

        Assert.All(Enumerable.Range(0, Calls), _ =>
        {
            Assert.True(depths.TryTake(out int found, Patience));
            Assert.Equal(1, found);
        });
    }

    [Fact]
    public async Task RoundEnds_Throws_IsToldAndTheLoopGoesOn()
    {
        var failures = new BlockingCollection<Exception>();
        await using EventLoops loops = EventLoops.Start(1, failures.Add, null, _ => throw new InvalidOperationException("round"));
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            var reads = new BlockingCollection<int>();
            loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () =>
            {
                reads.Add(near.Receive(new byte[16]));
                return true;
            });
            far.Send([1]);
            Assert.Equal(1, Take(reads));
            Assert.Equal("round", Take(failures).Message);
            far.Send([1, 2]);
            Assert.Equal(2, Take(reads));
        }
    }

    [Fact]
    public async Task RoundEnds_AsksForMore_TheLoopLooksAtOnceUntilThereIsNothing()
    {
        var rounds = new BlockingCollection<(bool IsQuiet, int Read)>();
        int read = 0;
        await using EventLoops loops = EventLoops.Start(1, null, null, isQuiet =>
        {
            rounds.Add((isQuiet, read));
            return !isQuiet && read > 0;
        });
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            far.Send([1, 2, 3]);
            await UntilReadableAsync(near, 3);

            Assert.True(loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () =>
            {
                read += near.Receive(new byte[1]);
                return true;
            }));

            // A loop that sleeps before its quiet round would take a second to come to it; one that is told so before would say so with less than 3.
            Assert.Equal([(false, 1), (false, 2), (false, 3), (true, 3)], TakeFrom(rounds, round => round.Read > 0, 4));
        }
    }

    [Fact]
    public async Task RoundEnds_AsksForMoreAndThereAlwaysIs_EnoughIsEnough()
    {
        var rounds = new BlockingCollection<(bool IsQuiet, int Read)>();
        int read = 0;
        await using EventLoops loops = EventLoops.Start(1, null, null, isQuiet =>
        {
            rounds.Add((isQuiet, read));
            return !isQuiet;
        });
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            far.Send([1]);

            Assert.True(loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () => ++read < 1000));

            (bool IsQuiet, int Read)[] found = [.. TakeFrom(rounds, round => round.Read > 0, 999)];
            int[] quiet = [.. found.Where(round => round.IsQuiet).Select(round => round.Read)];
            Assert.Equal([128, 256, 384, 512, 640, 768, 896], quiet);
        }
    }

    private static T Take<T>(BlockingCollection<T> collection)
    {
        Assert.True(collection.TryTake(out T? item, Patience));
        return item;
    }

    private static T[] TakeFrom<T>(BlockingCollection<T> collection, Func<T, bool> isFirst, int count)
    {
        T first = Take(collection);
        while (!isFirst(first))
        {
            first = Take(collection);
        }

        return [first, .. Enumerable.Range(1, count - 1).Select(_ => Take(collection))];
    }

    private static async Task UntilReadableAsync(Socket socket, int bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (socket.Available < bytes)
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
