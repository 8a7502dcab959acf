using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Ddmq.TestKit;
using Ddmq.Thrift.Native;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Descriptors that event loops watch for others.</summary>
public sealed class WatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TryWatch_BytesCome_AreReportedOnOneThreadUntilTheWatchEnds()
    {
        await using EventLoops loops = EventLoops.Start(2);
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            var reads = new BlockingCollection<(int Thread, byte Byte)>();
            Assert.True(loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () =>
            {
                byte[] one = new byte[1];
                near.Receive(one);
                reads.Add((Environment.CurrentManagedThreadId, one[0]));
                return one[0] != 0;
            }));

            // Two bytes at once: there is still something to read after the first.
            far.Send([1, 2]);
            far.Send([0, 9]);
            (int Thread, byte Byte)[] found = [.. Enumerable.Range(0, 3).Select(_ => Take(reads))];

            Assert.Equal([1, 2, 0], found.Select(read => (int)read.Byte));
            Assert.Single(found.Select(read => read.Thread).Distinct());

            // The 9 is there and nobody is told: the loop goes on with others.
            (Socket otherNear, Socket otherFar) = await SocketPair.ConnectAsync();
            using (otherNear)
            using (otherFar)
            {
                Assert.True(loops.TryWatch((int)otherNear.SafeHandle.DangerousGetHandle(), () =>
                {
                    otherNear.Receive(new byte[1]);
                    reads.Add((0, 100));
                    return true;
                }));
                otherFar.Send([1]);
                Assert.Equal(100, Take(reads).Byte);
            }
        }
    }

    [Fact]
    public async Task TryWatch_CallbackThrows_EndsTheWatchAndTellsOfIt()
    {
        var failures = new BlockingCollection<Exception>();
        await using EventLoops loops = EventLoops.Start(1, failures.Add);
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            Assert.True(loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () => throw new InvalidOperationException("callback")));
            far.Send([1]);

            Assert.Equal("callback", Take(failures).Message);

            // It is readable still; the loop comes round to others, and to it no more.
            (Socket otherNear, Socket otherFar) = await SocketPair.ConnectAsync();
            using (otherNear)
            using (otherFar)
            {
                var reads = new BlockingCollection<int>();
                loops.TryWatch((int)otherNear.SafeHandle.DangerousGetHandle(), () =>
                {
                    reads.Add(otherNear.Receive(new byte[1]));
                    return true;
                });
                otherFar.Send([1]);
                Take(reads);
                Assert.Empty(failures);
            }
        }
    }

    [Fact]
    public async Task StopAsync_OfAServer_LeavesTheLoopsToOthers()
    {
        await using EventLoops loops = EventLoops.Start(2);
        await using EpollServer other = EpollServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), new ThriftDispatcher(_ => { }, new ThriftServerOptions()), loops);
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            var reads = new BlockingCollection<int>();
            Assert.True(loops.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () =>
            {
                reads.Add(near.Receive(new byte[16]));
                return true;
            }));

            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(other.LocalEndPoint);
            Assert.True(await other.StopAsync(Patience));
            Assert.Equal(0, await client.ReceiveAsync(new byte[1]));

            far.Send([1, 2, 3]);
            Assert.Equal(3, Take(reads));
        }
    }

    [Fact]
    public async Task TryWatch_NoDescriptor_IsRefused()
    {
        await using EventLoops loops = EventLoops.Start(1);

        Assert.False(loops.TryWatch(-1, () => true));
    }

    [Fact]
    public async Task TryWatch_AfterTheEnd_IsRefused()
    {
        EventLoops loops = EventLoops.Start(1);
        await loops.DisposeAsync();

        Assert.False(loops.TryWatch(0, () => true));
    }

    [Fact]
    public async Task TryWatch_LoopHasJustEnded_IsRefusedAndNotWatchedByWhoeverHasItsNumberNow()
    {
        var loop = new EventLoop(0); // ended, and TryWatch has not seen it
        loop.Dispose();
        using var others = new EpollSets(100);
        (Socket near, Socket far) = await SocketPair.ConnectAsync();
        using (near)
        using (far)
        {
            Assert.False(loop.TryWatch((int)near.SafeHandle.DangerousGetHandle(), () => true));
            far.Send([1]);
            Assert.Equal(0, others.CountEvents());
        }
    }

    [Fact]
    public async Task DisposeAsync_Again_DoesNotCloseWhoeverHasTheDescriptorsNow()
    {
        EventLoops loops = EventLoops.Start(1);
        await loops.DisposeAsync();
        using var folder = new ScratchFolder();
        FileStream[] others = [.. Enumerable.Range(0, 100).Select(i => File.Create(Path.Combine(folder.Path, $"{i}"), bufferSize: 1))];

        await loops.DisposeAsync();

        foreach (FileStream other in others)
        {
            other.Write("whole"u8);
            await other.DisposeAsync();
            Assert.Equal("whole", await File.ReadAllTextAsync(other.Name));
        }
    }

    private sealed class EpollSets(int count) : IDisposable
    {
        private readonly EpollSet[] _sets = [.. Enumerable.Range(0, count).Select(_ => new EpollSet())];

        public int CountEvents() => _sets.Sum(set => set.Wait(0));

        public void Dispose()
        {
            foreach (EpollSet set in _sets)
            {
                set.Dispose();
            }
        }
    }

    private static T Take<T>(BlockingCollection<T> collection)
    {
        Assert.True(collection.TryTake(out T? item, Patience));
        return item;
    }
}
