using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;
using Xunit;
using static Ddmq.UnitTests.Thrift.Server.CallSockets;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Connections of which nearly everything is refused: when they are not read, and for how long.</summary>
public sealed class PauseTests
{
    private const int Longer = 40; // than what a connection remembers
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Forever = TimeSpan.FromHours(1);

    // Calls are told apart by their numbers.
    private const int Greedy = 1;
    private const int Modest = 0;

    private int _calls;

    [Fact]
    public async Task NearlyAllRefused_IsNotReadWhileOthersAreUntilTheServerStops()
    {
        await using EpollServer server = Start(Forever, _ => true, out ThriftDispatcher dispatcher);
        using Socket greedy = Connect(server);
        using Socket modest = Connect(server);
        for (int i = 0; dispatcher.Statistics.Pauses == 0; i++)
        {
            Assert.True(i < Longer, "all is refused, and there is no pause");
            await CallAsync(greedy, Greedy);
            await CallAsync(modest, Modest); // the loop has done with the other one
        }

        int calls = _calls;
        await greedy.SendAsync(Frame(Greedy));
        await CallAsync(modest, Modest, times: 2);
        Assert.Equal(calls + 2, _calls);

        Task<bool> stop = server.StopAsync(Patience);
        await ReceiveAsync(greedy); // what it sent is answered all the same
        Assert.True(await stop);
        Assert.Equal(calls + 3, _calls);
    }

    [Fact]
    public async Task PauseIsOver_WhatHasComeMeanwhileIsReadTogether()
    {
        const int Together = 5;
        using var held = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        bool holds = false;
        await using EpollServer server = Start(
            TimeSpan.FromMilliseconds(20),
            _ =>
            {
                if (Volatile.Read(ref holds))
                {
                    Volatile.Write(ref holds, false);
                    held.Release();
                    release.Wait(Patience);
                }

                return true;
            },
            out ThriftDispatcher dispatcher);
        using Socket greedy = Connect(server);
        await CallAsync(greedy, Greedy, Longer);

        // The loop is held in a call while these come.
        using Socket holder = Connect(server);
        Volatile.Write(ref holds, true);
        await holder.SendAsync(Frame(Greedy));
        Assert.True(await held.WaitAsync(Patience));
        long pauses = dispatcher.Statistics.Pauses;
        Assert.NotEqual(0, pauses);
        for (int i = 0; i < Together; i++)
        {
            await greedy.SendAsync(Frame(Greedy));
        }

        release.Release();
        await ReceiveAsync(greedy, Together);
        await ReceiveAsync(holder);
        await CallAsync(holder, Modest); // the loop has done with the other one
        Assert.Equal(pauses + 1, dispatcher.Statistics.Pauses);
    }

    [Fact]
    public async Task PauseIsOverAndNothingHasCome_IsReadAsSoonAsSomethingDoes()
    {
        await using EpollServer server = Start(TimeSpan.FromMilliseconds(1), _ => true, out ThriftDispatcher dispatcher);
        using Socket greedy = Connect(server);
        using Socket modest = Connect(server);
        for (int i = 0; i < 3; i++)
        {
            await CallAsync(greedy, Greedy, Longer);
            await CallAsync(modest, Modest); // the loop has done with the other one
            long pauses = dispatcher.Statistics.Pauses;
            Assert.NotEqual(0, pauses);

            // The pause ends many times over, and meets an empty socket: that begins no other one.
            for (long begin = Environment.TickCount64; Environment.TickCount64 - begin < 20;)
            {
                await CallAsync(modest, Modest);
            }

            Assert.Equal(pauses, dispatcher.Statistics.Pauses);
        }
    }

    [Fact]
    public async Task MoreThanATurnIsRefused_IsNotReadAfterTheLastTurnEither()
    {
        await using EpollServer server = Start(Forever, _ => true, out ThriftDispatcher dispatcher);
        using Socket greedy = Connect(server);
        using Socket modest = Connect(server);
        await CallAsync(greedy, Greedy);
        await greedy.SendAsync(Frames(Longer, Greedy));
        await ReceiveAsync(greedy, Longer);
        await CallAsync(modest, Modest); // the loop has done with the other one
        Assert.Equal(1, dispatcher.Statistics.Pauses);
    }

    [Fact]
    public async Task OneOfSixIsAdmitted_IsReadAtOnce()
    {
        await using EpollServer server = Start(Forever, call => call % 6 != 0, out ThriftDispatcher dispatcher);
        using Socket socket = Connect(server);
        await CallAsync(socket, Greedy, 10 * Longer);
        Assert.Equal(0, dispatcher.Statistics.Pauses);
    }

    [Fact]
    public async Task NoPauseConfigured_IsReadAtOnce()
    {
        await using EpollServer server = Start(TimeSpan.Zero, _ => true, out ThriftDispatcher dispatcher);
        using Socket socket = Connect(server);
        await CallAsync(socket, Greedy, 10 * Longer);
        Assert.Equal(0, dispatcher.Statistics.Pauses);
    }

    private EpollServer Start(TimeSpan pause, Func<int, bool> refuses, out ThriftDispatcher dispatcher)
    {
        dispatcher = new ThriftDispatcher(
            call =>
            {
                if (refuses(Interlocked.Increment(ref _calls)) && call.SequenceId == Greedy)
                {
                    call.NoteOverLimit();
                }

                call.ReplyException(ThriftApplicationError.InternalError, "x");
            },
            new ThriftServerOptions { OverLimitPause = pause });
        return EpollServer.Start(new IPEndPoint(IPAddress.Loopback, 0), dispatcher);
    }

    private static Socket Connect(EpollServer server) => CallSockets.Connect(server.LocalEndPoint);
}
