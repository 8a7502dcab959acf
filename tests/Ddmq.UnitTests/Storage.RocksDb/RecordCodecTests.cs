using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class RecordCodecTests
{
    private static readonly RecordHeader Header = new(Position: 5_000_000_000, StoreUnixMs: 1_767_607_200_123, BornUnixMs: -1);

    [Fact]
    public void WritePrelude_SmallMessage_HasTheBytesOfTheGrammar()
    {
        SendRequest request = TestRequests.Create("topic", "B", "k", "", properties: ("n", "vv"));
        request.ReceivedUnixMs = 3;

        byte[] record = Write(new RecordHeader(1, 2, 3), request);

        Assert.Equal("0103" + "0100000000000000" + "0200000000000000" + "0300000000000000" + "016B" + "00" + "01" + "016E" + "027676" + "42",
            Convert.ToHexString(record));
    }

    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData("", "", 0, 1)]
    [InlineData("k", null, 1, 10)]
    [InlineData(null, "t", 3, 127)]
    [InlineData("\u00e9\u4e2d", "\0\u0001", 200, 70_000)]
    public void TryRead_WhatWasWritten_GivesItBack(string? key, string? tags, int propertyCount, int bodyLength)
    {
        byte[] body = new byte[bodyLength];
        new Random(bodyLength).NextBytes(body);
        (string, string)[] properties = [.. Enumerable.Range(0, propertyCount).Select(i => ($"n{i}", new string('v', i * 7)))];
        SendRequest request = TestRequests.Create("topic", body, key, tags, properties: properties);

        Assert.True(RecordCodec.TryRead(Write(Header, request), 3, 99, out StoredMessage? message));

        Assert.Equal((3, 99L), (message.Partition, message.Offset));
        Assert.Equal((Header.StoreUnixMs, Header.BornUnixMs), (message.StoreUnixMs, message.BornUnixMs));
        Assert.Equal(key, Text(message.Key));
        Assert.Equal(tags, Text(message.Tags));
        Assert.Equal(properties, message.Properties.Select(property => (Text(property.Name)!, Text(property.Value)!)));
        Assert.Equal(body, message.Body.ToArray());
    }

    [Fact]
    public void TryReadHeader_Record_GivesTheHeaderAlone()
    {
        Assert.True(RecordCodec.TryReadHeader(Write(Header, TestRequests.Create("topic", "body")), out RecordHeader header));

        Assert.Equal(Header, header);
    }

    [Fact]
    public void TryRead_CutOffAnywhereBeforeTheBody_IsRefused()
    {
        SendRequest request = TestRequests.Create("topic", Array.Empty<byte>(), "key", "tags", properties: [("n1", "v1"), ("n2", "v2")]);
        byte[] record = Write(Header, request);

        for (int length = 0; length < record.Length; length++)
        {
            Assert.False(RecordCodec.TryRead(record.AsMemory(0, length), 0, 0, out _), $"{length} of {record.Length} bytes");
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(1, 0x83)]
    public void TryRead_UnknownVersionOrFlags_IsRefused(int index, byte value)
    {
        byte[] record = Write(Header, TestRequests.Create("topic", "body"));
        record[index] = value;

        Assert.False(RecordCodec.TryRead(record, 0, 0, out _));
    }

    [Fact]
    public void TryRead_LengthsThatClaimTooMuch_AreRefused()
    {
        // The count of properties is the last byte of a prelude without any; a body follows that could be taken for more of it.
        byte[] record = Write(Header, TestRequests.Create("topic", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));

        foreach (byte claim in (byte[])[4, 0x7F, 0x80, 0xFF])
        {
            record[26] = claim;
            Assert.False(RecordCodec.TryRead(record, 0, 0, out _), $"{claim:X2}");
        }
    }

    [Fact]
    public void TryRead_RandomlyChangedRecords_NeverThrows()
    {
        var random = new Random(20261123);
        byte[] record = Write(Header, TestRequests.Create("topic", "body", "key", "tags", properties: [("n1", "v1"), ("n2", "v2")]));
        int readable = 0;

        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. record];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            readable += RecordCodec.TryRead(changed, 0, 0, out _) ? 1 : 0;
        }

        Assert.InRange(readable, 1, 19_999);
    }

    private static byte[] Write(in RecordHeader header, SendRequest request)
    {
        int length = RecordCodec.PreludeLength(request);
        byte[] record = new byte[length + request.Body.Length];
        Assert.Equal(length, RecordCodec.WritePrelude(record, header, request));
        request.Body.CopyTo(record.AsMemory(length));
        return record;
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;
}
