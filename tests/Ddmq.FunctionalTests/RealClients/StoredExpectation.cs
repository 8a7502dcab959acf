using Xunit;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>Holds what a topic contains against what a client says it sent.</summary>
internal static class StoredExpectation
{
    /// <summary>
    /// Asserts that the topic holds the messages that were answered with 0, those and no others, each once, byte for byte, in
    /// the partition they asked for, with contiguous offsets, and in each partition in the order of their connection.
    /// </summary>
    public static void AssertHolds(IReadOnlyList<SentMessage> sent, IReadOnlyList<StoredMessage> stored, int partitions)
    {
        SentMessage[] accepted = [.. sent.Where(message => message.Code == 0)];
        Assert.Equal(
            accepted.Select(message => message.Content).Order(StringComparer.Ordinal),
            stored.Select(message => message.Content).Order(StringComparer.Ordinal));

        // No two alike, by their keys; ToDictionary would throw otherwise.
        Dictionary<string, int> positions = accepted.Index().ToDictionary(pair => pair.Item.Content, pair => pair.Index);
        foreach (StoredMessage[] partition in stored.GroupBy(message => message.Partition).Select(partition => partition.ToArray()))
        {
            Assert.Equal(Enumerable.Range(0, partition.Length).Select(offset => (long)offset), partition.Select(message => message.Offset));
            AssertInOrder(partition.Select(message => positions[message.Content]).GroupBy(position => accepted[position].Connection));
        }

        Assert.All(stored, message => AssertPlaced(accepted[positions[message.Content]], message, partitions));
    }

    private static void AssertInOrder(IEnumerable<IGrouping<int, int>> positionsByConnection) =>
        Assert.All(positionsByConnection, positions => Assert.Equal(positions.Order(), positions));

    private static void AssertPlaced(SentMessage sent, StoredMessage stored, int partitions)
    {
        int? expected = sent.PartitionId switch
        {
            >= 0 => sent.PartitionId % partitions,
            -1 => (int)(sent.HashId % partitions),
            _ => null, // any
        };
        Assert.True(expected is null || expected == stored.Partition, $"{sent} lies in partition {stored.Partition}, expected {expected}");
        Assert.Equal(sent.Topic, stored.Topic);
    }
}
