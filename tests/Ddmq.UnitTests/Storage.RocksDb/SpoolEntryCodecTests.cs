using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.Storage.RocksDb.Spooling;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class SpoolEntryCodecTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_WhatWasWritten_IsTheSame(bool mayBeStored)
    {
        SendRequest request = Full();

        SpooledMessage read = SpoolEntryCodec.Read(SpoolEntryCodec.Write(request, mayBeStored, 1_700_000_000_123), 9, 100);

        Assert.Null(read.Damage);
        Assert.Equal((9L, 100, 1_700_000_000_123, mayBeStored), (read.Offset, read.Bytes, read.SpooledUnixMs, read.MayBeStored));
        Assert.Equal((3, 42L, 99L, 1_600_000_000_000, 3), (read.Request.PartitionId, read.Request.HashId, read.Request.MessageKey, read.Request.ReceivedUnixMs, read.Request.Attempt));
        Assert.Equal(request.Key!.Value.ToArray(), read.Request.Key!.Value.ToArray());
        Assert.Null(read.Request.Tags);
        Assert.Equal(request.Body.ToArray(), read.Request.Body.ToArray());
        Assert.Equal(request.MessageKeyOrigin.ToArray(), read.Request.MessageKeyOrigin.ToArray());
        Assert.Equal("v"u8.ToArray(), Assert.Single(read.Request.Properties.ToArray()).Value.ToArray());
    }

    [Fact]
    public void Read_AnyByteChanged_IsDamagedAndNeverAnotherMessage()
    {
        byte[] entry = SpoolEntryCodec.Write(Full(), true, 1);
        for (int i = 0; i < entry.Length; i++)
        {
            byte[] spoilt = [.. entry];
            spoilt[i] ^= 0x10;

            Assert.NotNull(SpoolEntryCodec.Read(spoilt, 0, spoilt.Length).Damage);
        }
    }

    [Fact]
    public void Read_CutOffAnywhere_IsDamaged()
    {
        byte[] entry = SpoolEntryCodec.Write(Full(), true, 1);
        for (int length = 0; length < entry.Length; length++)
        {
            SpooledMessage read = SpoolEntryCodec.Read(entry.AsMemory(0, length), 0, length);

            Assert.NotNull(read.Damage);
            Assert.Equal(length, read.Raw.Length);
        }
    }

    private static SendRequest Full()
    {
        var request = new SendRequest
        {
            Key = "key"u8.ToArray(),
            Body = Enumerable.Range(0, 37).Select(i => (byte)i).ToArray(),
            PartitionId = 3,
            HashId = 42,
            MessageKey = 99,
            MessageKeyOrigin = "0123456789ABCDEF0123"u8.ToArray(),
            ReceivedUnixMs = 1_600_000_000_000,
            Attempt = 2,
        };
        request.AddProperty("n"u8.ToArray(), "v"u8.ToArray());
        return request;
    }
}
