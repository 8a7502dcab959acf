using System.Globalization;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class SendFormatTests
{
    [Fact]
    public void Begin_RecordsOfTheLiveBatch_HaveItsBytes()
    {
        byte[] buffer = new byte[200];
        var writer = new RequestWriter(buffer, HeaderEncoding.Binary, 1, null);

        BatchRecord.Begin(ref writer, "one"u8, 7, isMultiTopic: false);
        writer.Write("TAGS\u0001A\u0002"u8);
        BatchRecord.Begin(ref writer, "two!"u8, 0, isMultiTopic: false);

        Assert.Equal(Convert.ToHexString(Vectors.BatchBody), Convert.ToHexString(buffer.AsSpan(0, writer.Position)));
    }

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void Check_WholeMessage_MeasuresWhatIsWritten(HeaderEncoding encoding)
    {
        SendRequest request = TestRequests.Create("t", "b", "k\u00e9y", "tag", properties: [("n", "v"), ("\u4e2d", "w")]);

        Assert.Null(PropertyString.Check(request, out int length, out bool canBatch));

        byte[] single = Written(encoding, (ref RequestWriter writer) => PropertyString.WriteText(ref writer, request, 1));
        byte[] record = Written(encoding, (ref RequestWriter writer) => PropertyString.WriteBytes(ref writer, request, 1));
        string key = Key(1);
        Assert.Equal(
            $"TAGS\u0001tag\u0002KEYS\u0001k\u00e9y\u0002WAIT\u0001true\u0002UNIQ_KEY\u0001{key}\u0002n\u0001v\u0002\u4e2d\u0001w\u0002",
            Encoding.UTF8.GetString(single).Replace("\\u0001", "\u0001").Replace("\\u0002", "\u0002"));
        Assert.Equal(
            $"TAGS\u0001tag\u0002KEYS\u0001k\u00e9y\u0002UNIQ_KEY\u0001{key}\u0002n\u0001v\u0002\u4e2d\u0001w\u0002",
            Encoding.UTF8.GetString(record));
        Assert.Equal(record.Length, PropertyString.LengthInBatch(length));
        Assert.True(canBatch);
        if (encoding == HeaderEncoding.Binary)
        {
            Assert.Equal(single.Length, length);
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    public void WriteText_NoKeyAndTags_LeavesThemOut(string? key, string? tags)
    {
        SendRequest request = TestRequests.Create("t", "b", key, tags);

        Assert.Null(PropertyString.Check(request, out int length, out _));

        byte[] text = Written(HeaderEncoding.Binary, (ref RequestWriter writer) => PropertyString.WriteText(ref writer, request, 1));
        Assert.Equal($"WAIT\u0001true\u0002UNIQ_KEY\u0001{Key(1)}\u0002", Encoding.UTF8.GetString(text));
        Assert.Equal(text.Length, length);
    }

    [Theory]
    [InlineData("k\u0001", null, "n", "v")]
    [InlineData("k\u0002", null, "n", "v")]
    [InlineData(null, "a\u0001b", "n", "v")]
    [InlineData(null, null, "n\u0002", "v")]
    [InlineData(null, null, "n", "\u0001")]
    [InlineData(null, null, "", "v")]
    [InlineData(null, null, "n", "")]
    public void Check_WhatBrokersWouldMisread_IsRefused(string? key, string? tags, string name, string value) =>
        Assert.NotNull(PropertyString.Check(TestRequests.Create("t", "b", key, tags, properties: (name, value)), out _, out _));

    [Fact]
    public void Check_LongestString_IsAllowedAndOneByteMoreIsNot()
    {
        PropertyString.Check(TestRequests.Create("t", "b", properties: ("n", "v")), out int overhead, out _);
        int longest = PropertyString.MaxBytes - overhead + 1;

        Assert.Null(PropertyString.Check(TestRequests.Create("t", "b", properties: ("n", new string('v', longest))), out int length, out _));
        string? refusal = PropertyString.Check(TestRequests.Create("t", "b", properties: ("n", new string('v', longest + 1))), out _, out _);

        Assert.Equal(PropertyString.MaxBytes, length);
        Assert.Contains($"{PropertyString.MaxBytes + 1} bytes", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELAY", false)]
    [InlineData("TRAN_MSG", false)]
    [InlineData("TIMER_DELIVER_MS", false)]
    [InlineData("WAIT", false)]
    [InlineData("delay", true)]
    [InlineData("DELAYED", true)]
    public void Check_PropertyThatABatchIgnores_KeepsTheMessageOutOfBatches(string name, bool expected)
    {
        PropertyString.Check(TestRequests.Create("t", "b", properties: [("a", "b"), (name, "3"), ("c", "d")]), out _, out bool canBatch);

        Assert.Equal(expected, canBatch);
    }

    [Fact]
    public void Next_SameMillisecond_DiffersInTheCounterAlone()
    {
        var time = new DateTimeOffset(2026, 11, 5, 12, 0, 0, 7, TimeZoneInfo.Local.GetUtcOffset(new DateTime(2026, 11, 5)));
        long unixMs = time.ToUnixTimeMilliseconds();

        string first = Key(UniqueKey.Next(unixMs));
        string second = Key(UniqueKey.Next(unixMs));

        Assert.Matches("^[0-9A-F]{32}$", first);
        Assert.Equal(first[..28], second[..28]);
        Assert.NotEqual(first[28..], second[28..]);
        Assert.Equal((4 * 24 * 3600 * 1000L) + (12 * 3600 * 1000L) + 7, long.Parse(first[20..28], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(Environment.ProcessId & 0xFFFF, int.Parse(first[8..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(Convert.ToHexString(UniqueKey.LocalAddress.GetAddressBytes()), first[..8]);
    }

    [Fact]
    public void Next_AnotherMonth_CountsFromItsOwnStart()
    {
        DateTime local = new(2027, 2, 1, 0, 0, 1, DateTimeKind.Local);

        _ = UniqueKey.Next(new DateTimeOffset(local.AddSeconds(-2)).ToUnixTimeMilliseconds());
        string key = Key(UniqueKey.Next(new DateTimeOffset(local).ToUnixTimeMilliseconds()));

        Assert.Equal("000003E8", key[20..28]);
    }

    [Theory]
    [InlineData(5000, true)]
    [InlineData(100_000, true)]
    [InlineData(5000, false)]
    public void TryCompress_Body_ComesBackTheSameOrIsLeftAsItIs(int length, bool isCompressible)
    {
        byte[] body = new byte[length];
        if (!isCompressible)
        {
            new Random(5).NextBytes(body);
        }

        byte[]? compressed = BodyCompression.TryCompress(body, out int compressedLength);

        Assert.Equal(isCompressible, compressed is not null);
        if (compressed is not null)
        {
            using var zlib = new System.IO.Compression.ZLibStream(
                new MemoryStream(compressed, 0, compressedLength), System.IO.Compression.CompressionMode.Decompress);
            using var plain = new MemoryStream();
            zlib.CopyTo(plain);
            Assert.Equal(body, plain.ToArray());
        }
    }

    private delegate void Write(ref RequestWriter writer);

    private static byte[] Written(HeaderEncoding encoding, Write write)
    {
        byte[] buffer = new byte[4096];
        var writer = new RequestWriter(buffer, encoding, 1, null);
        write(ref writer);
        return buffer[..writer.Position];
    }

    private static string Key(long own)
    {
        byte[] text = new byte[UniqueKey.Length];
        UniqueKey.Write(own, default, text);
        return Encoding.ASCII.GetString(text);
    }
}
