using System.Buffers.Binary;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq.Remoting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>What a store makes of its connections' good and bad days.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public async Task SendAsync_RepliesComeInAnyOrderAndEncoding_EachGoesToItsMessage(HeaderEncoding encoding)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        var held = new List<(FakeRequest Request, FakeConnection Connection)>();
        broker.OnSend = (request, connection) =>
        {
            held.Add((request, connection));
            if (held.Count == 30)
            {
                foreach ((FakeRequest each, FakeConnection to) in Enumerable.Reverse(held))
                {
                    to.Reply(each, offset: long.Parse(each.BodyText) + 1000, encoding: encoding);
                }
            }
        };
        await using var store = new StoreUnderTest(options => options.HeaderEncoding = encoding, broker);

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => store.SendAsync($"{i}")));

        Assert.Equal(Enumerable.Range(0, 30).Select(i => i + 1000L), results.Select(result => result.Offset));
        Assert.All(broker.Sends, send => Assert.Equal(encoding, send.Encoding));
        Assert.Single(broker.Sends.Select(send => send.Connection).Distinct());
    }

    [Fact]
    public async Task SendAsync_WholeHeader_IsWhatABrokerExpects()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(_ => { }, broker);
        SendRequest request = StoreUnderTest.Message("body", partition: 1);
        request.Tags = "tag"u8.ToArray();
        request.AddProperty("n"u8.ToArray(), "v"u8.ToArray());

        Assert.True((await store.SendAsync(request)).IsOk);

        FakeRequest send = Assert.Single(broker.Sends);
        Assert.Equal((310, 0, 479), (send.Code, send.Flag, send.Version));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "m", "n"], send.Fields.Keys);
        Assert.Equal(
            [store.Store.ProducerGroup, "T", "TBW102", "4", "1", "0", "1767607200123", "0", "0", "false", "false", "broker-a"],
            send.Fields.Where(field => field.Key != "i").Select(field => field.Value));
        Assert.Equal(["TAGS", "WAIT", "UNIQ_KEY", "n"], send.Properties.Select(property => property.Name));
        Assert.Equal("broker-a", request.LastBroker);
    }

    [Fact]
    public async Task SendAsync_SecondAttempt_KeepsTheMessagesKey()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(_ => { }, broker);
        SendRequest request = StoreUnderTest.Message("body");
        SendRequest other = StoreUnderTest.Message("body");

        await store.SendAsync(request);
        request.Attempt = 1;
        await store.SendAsync(request);
        await store.SendAsync(other);

        string[] keys = [.. broker.Sends.Select(send => send.Properties.Single(property => property.Name == "UNIQ_KEY").Value)];
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[0], keys[2]);
    }

    [Fact]
    public async Task SendAsync_LargeBody_IsCompressedWhenThatHelps()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(options => options.CompressMsgBodyOverHowmuch = 1000, broker);
        byte[] noise = new byte[2000];
        new Random(1).NextBytes(noise);

        await store.SendAsync(new string('x', 999));
        await store.SendAsync(new string('x', 1000));
        SendRequest incompressible = StoreUnderTest.Message("");
        incompressible.Body = noise;
        await store.SendAsync(incompressible);

        Assert.Equal(["0", "1", "0"], broker.Sends.Select(send => send.Fields["f"]));
        Assert.Equal(999, broker.Sends[0].Body.Length);
        Assert.InRange(broker.Sends[1].Body.Length, 1, 100);
        Assert.Equal(noise, broker.Sends[2].Body);
    }

    [Fact]
    public async Task SendAsync_PeerSendsRequestsAndAnswersToNobody_AreIgnored()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) =>
        {
            byte[] asked = Vectors.JsonFrame($$"""{"code":40,"extFields":{"consumerGroup":"g"},"flag":2,"opaque":{{request.Opaque}} }""");
            connection.Write(asked);
            connection.Write(FakeConnection.Frame(request.Opaque ^ 0x100000, 0, 99, null, null, HeaderEncoding.Json));
            connection.Reply(request, offset: 7);
            connection.Reply(request, offset: 8);
        };
        await using var store = new StoreUnderTest(_ => { }, broker);

        SendResult[] results = [await store.SendAsync("a"), await store.SendAsync("b")];

        Assert.Equal([7, 7], results.Select(result => result.Offset));
        Assert.Single(broker.Sends.Select(send => send.Connection).Distinct());
    }

    [Fact]
    public async Task SendAsync_ReplyComesByteByByte_IsUnderstood()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) =>
        {
            byte[] frame = FakeConnection.Frame(request.Opaque, 0, 5, null, new byte[100_000], HeaderEncoding.Binary);
            for (int i = 0; i < 700; i++)
            {
                connection.Write(frame.AsSpan(i, 1));
            }

            connection.Write(frame.AsSpan(700));
        };
        await using var store = new StoreUnderTest(_ => { }, broker);

        Assert.Equal(5, (await store.SendAsync("a")).Offset);
        Assert.Equal(5, (await store.SendAsync("b")).Offset);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(FrameLimits.MaxFrame + 1)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task SendAsync_PeerBreaksTheProtocol_LosesTheConnectionWithOneWarningAndGoesOnWithAnother(int length)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        Action<FakeRequest, FakeConnection> answer = broker.OnSend;
        broker.OnSend = (request, connection) =>
        {
            if (request.BodyText != "bad")
            {
                answer(request, connection);
                return;
            }

            byte[] malformed = new byte[44];
            malformed.AsSpan().Fill(9);
            BinaryPrimitives.WriteInt32BigEndian(malformed, length);
            connection.Write(malformed);
        };
        await using var store = new StoreUnderTest(_ => { }, broker);
        Assert.True((await store.SendAsync("good")).IsOk);

        SendResult lost = await store.SendAsync("bad");
        SendResult next = await store.SendAsync("good again");

        Assert.Equal((SendStatus.Unknown, Stored.Unknown), (lost.Status, lost.Stored));
        Assert.True(next.IsOk, next.ToString());
        await StoreUnderTest.UntilAsync(() => store.Log.Lines.Count > 0);
        (LogLevel level, string text) = Assert.Single(store.Log.Lines);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("not RocketMQ's protocol", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ConnectionBreaksWithRequestsInFlight_TheirOutcomeIsUnknownAtOnce()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        await using var store = new StoreUnderTest(_ => { }, broker);
        Task<SendResult>[] sends = [store.SendAsync("a"), store.SendAsync("b")];
        await broker.NextSendAsync();
        await broker.NextSendAsync();

        broker.DropConnections();

        SendResult[] results = await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(4));
        Assert.All(results, result => Assert.Equal((SendStatus.Unknown, Stored.Unknown), (result.Status, result.Stored)));
    }

    [Fact]
    public async Task SendAsync_NobodyListens_IsNotStoredAndMayBeTriedElsewhere()
    {
        await using FakeRocketMq nameServer = StoreUnderTest.Broker();
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, broker);
        broker.StopListening();
        await using var store = new StoreUnderTest(_ => { }, nameServer);

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.SendAsync($"{i}")));
        SendResult later = await store.SendAsync("later");

        Assert.All([.. results, later], result => Assert.Equal(
            (SendStatus.Unknown, Stored.No, true), (result.Status, result.Stored, result.RetryElsewhere)));
        Assert.Contains("broker-a cannot be reached", later.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_PeerClosedAnIdleConnection_ConnectsAgainInSilence()
    {
        await using FakeRocketMq nameServer = StoreUnderTest.Broker();
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, broker);
        await using var store = new StoreUnderTest(_ => { }, nameServer);
        Assert.True((await store.SendAsync("a")).IsOk);

        broker.DropConnections();
        await StoreUnderTest.UntilAsync(() => !store.Store.Brokers[0].IsConnected);

        Assert.True((await store.SendAsync("b")).IsOk);
        Assert.Equal(2, broker.Accepted);
        Assert.Empty(store.Log.Lines);
    }

    [Fact]
    public async Task SendAsync_BrokerDoesNotAnswer_IsTimeoutOfUnknownOutcomeAndTheConnectionIsLeft()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        Action<FakeRequest, FakeConnection> answer = broker.OnSend;
        await using var store = new StoreUnderTest(options => options.CallTimeout = TimeSpan.FromSeconds(1), broker);

        // Answers come in order: the one to the new connection's heartbeat is a sign of life, and is not to come later than what is not answered.
        await store.SendAsync("before");
        await StoreUnderTest.UntilAsync(() => broker.Requests.Any(request => request.Code == RequestCode.Heartbeat));
        await store.SendAsync("after the heartbeat");
        broker.OnSend = (_, _) => { };

        SendResult result = await store.SendAsync("x");
        broker.OnSend = answer;
        SendResult next = await store.SendAsync("y");

        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
        Assert.True(next.IsOk, next.ToString());
        Assert.Equal(2, broker.Sends.Select(send => send.Connection).Distinct().Count());
    }

    [Fact]
    public async Task SendAsync_WithinABurst_GoesOutAtItsEnd()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        await using var store = new StoreUnderTest(_ => { }, broker);
        await store.SendAsync("first");
        await broker.NextSendAsync();

        var sends = new List<Task<SendResult>>();
        Burst.Begin();
        for (int i = 0; i < 20; i++)
        {
            sends.Add(store.SendAsync($"{i}"));
        }

        int before = store.Store.Brokers[0].InFlight;
        bool anyDone = sends.Any(send => send.IsCompleted);
        Burst.End();
        await Task.WhenAll(sends);

        Assert.Equal(20, before);
        Assert.False(anyDone);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), broker.Sends.Skip(1).Select(send => send.BodyText));
    }

    [Fact]
    public async Task SendAsync_PeerTakesNothing_AnswersWhatDoesNotFitAndStoresTheRestLater()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        await using var store = new StoreUnderTest(
            options =>
            {
                options.MaxOutgoingBytes = 3_000_000;
                options.CompressMsgBodyOverHowmuch = int.MaxValue;
                options.CallTimeout = TimeSpan.FromMinutes(1);
            },
            broker);
        await store.SendAsync("first");
        foreach (FakeConnection connection in broker.Connections)
        {
            connection.StopReading();
        }

        // One more request gets through to the fake, which stops reading behind it.
        var sends = new List<Task<SendResult>> { store.SendAsync("second") };
        string body = new('x', 1_000_000);
        while (!sends.Any(send => send is { IsCompleted: true, Result.IsOk: false }))
        {
            Assert.InRange(sends.Count, 1, 60);
            sends.Add(store.SendAsync(body));
        }

        SendResult refused = await sends[^1];
        foreach (FakeConnection connection in broker.Connections)
        {
            connection.GoOnReading();
        }

        SendResult[] results = await Task.WhenAll(sends);
        Assert.Equal((SendStatus.Unknown, Stored.No, true), (refused.Status, refused.Stored, refused.RetryElsewhere));
        Assert.Single(results, result => !result.IsOk);
        Assert.Equal(results.Length, broker.Sends.Count);
    }

    [Fact]
    public async Task Heartbeat_OpenConnection_IsSentAtOnceAndThenOnScheduleAndSignedOffAtTheEnd()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        var store = new StoreUnderTest(options => options.HeartbeatBrokerInterval = TimeSpan.FromMilliseconds(100), broker);
        await store.SendAsync("x");
        await StoreUnderTest.UntilAsync(() => broker.Requests.Count(request => request.Code == RequestCode.Heartbeat) >= 3);

        await store.DisposeAsync();

        string group = store.Store.ProducerGroup;
        FakeRequest heartbeat = broker.Requests.First(request => request.Code == RequestCode.Heartbeat);
        Assert.Matches(
            $$"""^\{"clientID":"[^"]+@{{group}}","producerDataSet":\[\{"groupName":"{{group}}"\}\],"consumerDataSet":\[\]\}$""", heartbeat.BodyText);
        FakeRequest unregister = Assert.Single(broker.Requests, request => request.Code == RequestCode.Unregister);
        Assert.Equal(group, unregister.Fields["producerGroup"]);
        Assert.Contains($"\"{unregister.Fields["clientID"]}\"", heartbeat.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_SeveralProducers_HaveAConnectionEachAndAQueueKeepsToOne()
    {
        await using FakeRocketMq nameServer = StoreUnderTest.Broker();
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(4, broker);
        await using var store = new StoreUnderTest(options => options.Producers = 2, nameServer);

        for (int i = 0; i < 12; i++)
        {
            Assert.True((await store.SendAsync($"{i}", partition: i)).IsOk);
        }

        Assert.Equal(2, broker.Sends.Select(send => send.Connection).Distinct().Count());
        Assert.All(broker.Sends.GroupBy(send => send.Fields["e"]), queue => Assert.Single(queue.Select(send => send.Connection).Distinct()));
    }
}
