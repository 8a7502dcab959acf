using System.Text;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>Frames as they passed between a Java client and a live broker of DDMQ's fork of 4.2.0.</summary>
internal static class Vectors
{
    public const short Version = 253;

    public const string Properties = "KEYS\u0001k1\u0002TAGS\u0001TagA\u0002WAIT\u0001true\u0002UNIQ_KEY\u00017F000001000118B4AAC2000000000001\u0002";

    public const string RouteRequestHeader =
        """{"code":105,"extFields":{"topic":"VecTopic"},"flag":0,"language":"DOTNET","opaque":10,"serializeTypeCurrentRPC":"JSON","version":253}""";

    public const string RouteReplyHeader = """{"code":0,"flag":1,"language":"JAVA","opaque":10,"serializeTypeCurrentRPC":"JSON","version":254}""";

    public const string RouteReplyBody =
        """{"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:10911"},"brokerName":"broker-a","cluster":"DefaultCluster"}],"filterServerTable":{},"queueDatas":[{"brokerName":"broker-a","perm":6,"readQueueNums":2,"topicSynFlag":0,"writeQueueNums":2}]}""";

    public const string SendReplyHeader =
        """{"code":0,"extFields":{"queueId":"1","TRACE_ON":"true","MSG_REGION":"DefaultRegion","msgId":"7F00000100002A9F000000000081A193","queueOffset":"1"},"flag":1,"language":"JAVA","opaque":12,"serializeTypeCurrentRPC":"JSON","version":254}""";

    public static byte[] BinarySend { get; } = Convert.FromHexString(
        "000000e4010000db0136" + "0200fd0000000c0000000000000000000000c6000161" +
        "0000000250470001620000000856656354" + "6f706963000163000000065442573130320001640000000134" + "000165000000" +
        "01310001660000000130000167000000" + "0d31373030303030303030303030" + "0001680000000130" + "00016900000046" + "4b4559" +
        "53016b310254414753015461674102574149540174727565" + "02554e49515f4b4559" + "01374630303030303130303031313842344141433230303030303030303030303102" +
        "00016a00000001300001" + "6b0000000566616c7365" + "00016d0000000566616c7365" + "68656c6c6f");

    public static byte[] BatchBody { get; } = Convert.FromHexString(
        "00000020000000000000000000000000" + "000000036f6e65000754414753014102" + "0000001a000000000000000000000000" + "0000000474776f210000");

    /// <summary>A frame around a JSON header.</summary>
    public static byte[] JsonFrame(string header, ReadOnlySpan<byte> body = default)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] frame = new byte[8 + text.Length + body.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), text.Length);
        text.CopyTo(frame, 8);
        body.CopyTo(frame.AsSpan(8 + text.Length));
        return frame;
    }

    /// <summary>The request of the send vector, in either encoding.</summary>
    public static byte[] WriteSend(HeaderEncoding encoding, AclSigner? signer = null, string properties = Properties)
    {
        FieldBlock constants = RequestWriter.Encode(
            encoding, ("a", "PG"), ("b", "VecTopic"), ("c", "TBW102"), ("d", "4"), ("e", "1"));
        byte[] buffer = new byte[4096];
        var writer = new RequestWriter(buffer, encoding, Version, signer);
        writer.Begin(RequestCode.SendMessageV2, 12);
        writer.Fields(constants);
        writer.Field("f"u8, 0);
        writer.Field("g"u8, 1_700_000_000_000);
        writer.Field("h"u8, 0);
        writer.Field("i"u8, Encoding.UTF8.GetBytes(properties));
        writer.Field("j"u8, 0);
        writer.Field("k"u8, "false"u8);
        writer.Field("m"u8, "false"u8);
        writer.BeginBody();
        writer.Write("hello"u8);
        return buffer[..writer.End()];
    }
}
