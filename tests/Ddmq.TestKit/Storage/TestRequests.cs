using System.Text;
using Ddmq.Core.Messages;

namespace Ddmq.TestKit.Storage;

/// <summary>Makes requests as the pipeline hands them to a store.</summary>
public static class TestRequests
{
    /// <summary>A request for a text body; texts are UTF-8.</summary>
    public static SendRequest Create(
        string topic,
        string body,
        string? key = null,
        string? tags = null,
        int partitionId = -1,
        long hashId = 0,
        params (string Name, string Value)[] properties) =>
        Create(topic, Encoding.UTF8.GetBytes(body), key, tags, partitionId, hashId, properties);

    /// <summary>A request for a body of any bytes, which is not copied.</summary>
    public static SendRequest Create(
        string topic,
        byte[] body,
        string? key = null,
        string? tags = null,
        int partitionId = -1,
        long hashId = 0,
        params (string Name, string Value)[] properties)
    {
        var request = new SendRequest
        {
            TopicName = Encoding.UTF8.GetBytes(topic),
            Key = Bytes(key),
            Tags = Bytes(tags),
            Body = body,
            PartitionId = partitionId,
            HashId = hashId,
            ReceivedUnixMs = 1_767_607_200_123,
        };
        foreach ((string name, string value) in properties)
        {
            request.AddProperty(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        }

        return request;
    }

    // Not a conditional expression: there a null would become an empty memory.
    private static ReadOnlyMemory<byte>? Bytes(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
