using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class RequestWriterTests
{
    [Fact]
    public void End_RouteRequest_HasTheBytesOfALiveClient()
    {
        byte[] buffer = new byte[200];
        var writer = new RequestWriter(buffer, HeaderEncoding.Json, Vectors.Version, null);

        writer.Begin(RequestCode.GetRoute, 10);
        writer.Field("topic"u8, "VecTopic"u8);
        writer.BeginBody();
        int length = writer.End();

        Assert.Equal(141, length);
        Assert.Equal("0000008900000085", Convert.ToHexString(buffer.AsSpan(0, 8)), ignoreCase: true);
        Assert.Equal(Vectors.RouteRequestHeader, Encoding.UTF8.GetString(buffer.AsSpan(8, length - 8)));
    }

    [Fact]
    public void End_BinarySend_HasTheBytesOfALiveClient() =>
        Assert.Equal(Convert.ToHexString(Vectors.BinarySend), Convert.ToHexString(Vectors.WriteSend(HeaderEncoding.Binary)));

    [Fact]
    public void End_JsonSend_HasTheLengthsOfALiveClientAndEscapedSeparators()
    {
        byte[] frame = Vectors.WriteSend(HeaderEncoding.Json);

        Assert.Equal(365, frame.Length);
        Assert.Equal("0000016900000160", Convert.ToHexString(frame.AsSpan(0, 8)), ignoreCase: true);
        string header = Encoding.UTF8.GetString(frame.AsSpan(8, 352));
        Assert.Contains("\"i\":\"KEYS\\u0001k1\\u0002TAGS\\u0001TagA\\u0002", header, StringComparison.Ordinal);
        Assert.Equal("hello"u8.ToArray(), frame[360..]);
    }

    [Fact]
    public void End_NoFields_StillHasTheirObject()
    {
        byte[] buffer = new byte[200];
        var writer = new RequestWriter(buffer, HeaderEncoding.Json, 1, null);

        writer.Begin(RequestCode.Heartbeat, 7);
        writer.BeginBody();
        writer.Write("{}"u8);
        int length = writer.End();

        Assert.Equal(
            """{"code":34,"extFields":{},"flag":0,"language":"DOTNET","opaque":7,"serializeTypeCurrentRPC":"JSON","version":1}{}""",
            Encoding.UTF8.GetString(buffer.AsSpan(8, length - 8)));
    }

    [Fact]
    public void Field_JsonWithSpecialCharacters_EscapesThemAndNothingElse()
    {
        byte[] buffer = new byte[400];
        var writer = new RequestWriter(buffer, HeaderEncoding.Json, 1, null);

        writer.Begin(1, 1);
        writer.Field("x"u8, "a\"b\\c\u001f\u00e9\u4e2d/"u8);
        writer.BeginBody();

        Assert.Contains(
            "{\"x\":\"a\\\"b\\\\c\\u001f\u00e9\u4e2d/\"}", Encoding.UTF8.GetString(buffer.AsSpan(8, writer.Position - 8)), StringComparison.Ordinal);
    }

    [Fact]
    public void End_SignedWithoutBody_HasTheKnownSignature()
    {
        using var signer = new AclSigner("rocketmq2", "12345678", null);
        byte[] buffer = new byte[400];
        var writer = new RequestWriter(buffer, HeaderEncoding.Json, 1, signer);

        writer.Begin(RequestCode.GetRoute, 1);
        writer.Field("topic"u8, "VecTopic"u8);
        writer.BeginBody();
        int length = writer.End();

        Assert.Contains(
            """{"AccessKey":"rocketmq2","topic":"VecTopic","Signature":"hqraU2E3leltit1XxT3df9Ye62E="}""",
            Encoding.UTF8.GetString(buffer.AsSpan(8, length - 8)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void End_SignedSend_HasTheKnownSignature(HeaderEncoding encoding)
    {
        using var signer = new AclSigner("rocketmq2", "12345678", null);

        byte[] first = Vectors.WriteSend(encoding, signer, "TAGS\u0001A\u0002");
        byte[] second = Vectors.WriteSend(encoding, signer, "TAGS\u0001A\u0002");

        Assert.Contains("rUXYWGiqJ1GuLoxka1F6wgVYROs=", Encoding.Latin1.GetString(first), StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.Equal(first.Length - 4, BinaryPrimitives.ReadInt32BigEndian(first));
    }

    [Fact]
    public void End_SignedWithSecurityToken_SignsItAfterTheAccessKey()
    {
        using var signer = new AclSigner("ak", "sk", "token");
        byte[] buffer = new byte[400];
        var writer = new RequestWriter(buffer, HeaderEncoding.Json, 1, signer);

        writer.Begin(RequestCode.GetRoute, 1);
        writer.Field("topic"u8, "T"u8);
        writer.BeginBody();
        writer.Write("body"u8);
        int length = writer.End();

        string expected = Convert.ToBase64String(HMACSHA1.HashData("sk"u8, "aktokenTbody"u8));
        Assert.Contains(
            $$"""{"AccessKey":"ak","SecurityToken":"token","topic":"T","Signature":"{{expected}}"}""",
            Encoding.UTF8.GetString(buffer.AsSpan(8, length - 8)),
            StringComparison.Ordinal);
    }
}
