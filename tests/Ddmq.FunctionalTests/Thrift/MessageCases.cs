using System.Text;
using Ddmq.Core.Pipeline;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.FunctionalTests.Thrift;

/// <summary>Changes to a good message, by what they do to it.</summary>
internal static class MessageCases
{
    /// <summary>What makes a good message illegal; its body may have 2,000 bytes.</summary>
    public static readonly Dictionary<string, Action<Message>> Illegal = new(ReservedNames())
    {
        ["topic absent"] = message => message.Topic = null,
        ["topic empty"] = message => message.Topic = ReadOnlyMemory<byte>.Empty,
        ["topic not UTF-8"] = message => message.Topic = new byte[] { 0xFF, 0xFE },
        ["topic of the delay service"] = message => message.Topic = "inner_0"u8.ToArray(),
        ["body and value absent"] = message => message.Body = null,
        ["body empty, value given"] = message =>
        {
            message.Body = ReadOnlyMemory<byte>.Empty;
            message.Value = "text"u8.ToArray();
        },
        ["body one over the limit"] = message => message.Body = new byte[2001],
        ["key of 256"] = message => message.Key = Ascii('k', 256),
        ["key not UTF-8"] = message => message.Key = new byte[] { 0xC3, 0x28 },
        ["tags of 256"] = message => message.Tags = Ascii('t', 256),
        ["tags not UTF-8"] = message => message.Tags = new byte[] { 0xA0 },
        ["control character 1 in a property's name"] = message => Property(message, "a\u0001b", "v"),
        ["control character 2 in a property's name"] = message => Property(message, "a\u0002b", "v"),
        ["control character 1 in a property's value"] = message => Property(message, "n", "a\u0001b"),
        ["control character 2 in a property's value"] = message => Property(message, "n", "a\u0002b"),
        ["control character 1 in the key"] = message => message.Key = "a\u0001b"u8.ToArray(),
        ["control character 2 in the tags"] = message => message.Tags = "a\u0002b"u8.ToArray(),
        ["blank property name"] = message => Property(message, " ", "v"),
        ["empty property name"] = message => Property(message, "", "v"),
        ["blank property value"] = message => Property(message, "n", "\t"),
    };

    /// <summary>What leaves it legal, at the edge of the rules.</summary>
    public static readonly Dictionary<string, Action<Message>> Legal = new()
    {
        ["key of 255"] = message => message.Key = Ascii('k', 255),
        ["tags of 255"] = message => message.Tags = Ascii('t', 255),
        ["255 characters in more bytes"] = message => message.Key = Encoding.UTF8.GetBytes(new string('é', 255)),
        ["key and tags empty"] = message => message.Key = message.Tags = ReadOnlyMemory<byte>.Empty,
        ["tags *"] = message => message.Tags = "*"u8.ToArray(),
        ["body at the limit"] = message => message.Body = new byte[2000],
        ["body of zero bytes' value"] = message => message.Body = new byte[] { 0 },
        ["empty value beside body"] = message => message.Value = ReadOnlyMemory<byte>.Empty,
        ["value instead of body"] = message =>
        {
            message.Body = null;
            message.Value = "text"u8.ToArray();
        },
        ["value that is not UTF-8"] = message =>
        {
            message.Body = null;
            message.Value = new byte[] { 0xFF, 0x00, 0x80 };
        },
        ["properties of zero size"] = message => message.Properties = new ThriftMap(),
        ["partition beyond the last"] = message => message.PartitionId = int.MaxValue,
        ["partition far below -2"] = message => message.PartitionId = int.MinValue,
        ["smallest hash"] = message =>
        {
            message.PartitionId = -1;
            message.HashId = long.MinValue;
        },
    };

    private static IEnumerable<KeyValuePair<string, Action<Message>>> ReservedNames() =>
        MessageRules.ReservedPropertyNames.Select(name =>
            KeyValuePair.Create<string, Action<Message>>($"property {name}", message => Property(message, name, "v")));

    private static void Property(Message message, string name, string value)
    {
        message.Properties = new ThriftMap();
        message.Properties.Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
    }

    private static byte[] Ascii(char c, int count) => Encoding.ASCII.GetBytes(new string(c, count));
}
