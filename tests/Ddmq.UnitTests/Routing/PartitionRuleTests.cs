using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Xunit;

namespace Ddmq.UnitTests.Routing;

public class PartitionRuleTests
{
    [Theory]
    [InlineData(0, 4, 0)]
    [InlineData(3, 4, 3)]
    [InlineData(7, 4, 3)]
    [InlineData(int.MaxValue, 5, 2)]
    public void ChoosePartition_Explicit_WrapsQuietly(int partitionId, int count, int expected) =>
        Assert.Equal(expected, PartitionRule.ChoosePartition(partitionId, hashId: 99, count));

    [Theory]
    [InlineData(0, 4, 0)]
    [InlineData(42, 4, 2)]
    [InlineData(-7, 4, 3)]
    [InlineData(-1406448805, 8, 5)]
    [InlineData(3_000_000_000, 7, 4)]
    [InlineData(long.MaxValue, 3, 1)]
    [InlineData(long.MinValue, 3, 2)]
    [InlineData(long.MinValue, 8, 0)]
    public void ChoosePartition_ByHashId_IsAbsoluteValueModuloCount(long hashId, int count, int expected)
    {
        var magnitude = System.Numerics.BigInteger.Abs(hashId);
        Assert.Equal((int)(magnitude % count), expected);

        Assert.Equal(expected, PartitionRule.ChoosePartition(-1, hashId, count));
    }

    [Fact]
    public void ChoosePartition_Random_ReachesEveryPartitionAndNoOther()
    {
        var seen = new HashSet<int>();

        for (int i = 0; i < 1000; i++)
        {
            seen.Add(PartitionRule.ChoosePartition(-2, 1, 3));
        }

        Assert.Equal([0, 1, 2], seen.Order());
    }

    [Theory]
    [InlineData("abc", 2, 0)]
    [InlineData("order-12345", 3, 1)]
    [InlineData("polygenelubricants", 3, 2)] // |-2^31| mod 3, where the original fails
    public void ChooseCluster_ByKey_UsesJavasHash(string key, int count, int expected)
    {
        var request = new SendRequest { PartitionId = -2, Key = Encoding.UTF8.GetBytes(key) };

        Assert.Equal(expected, PartitionRule.ChooseCluster(request, count));
    }

    [Theory]
    [InlineData(5, 0, 3, 2)]
    [InlineData(-1, -5, 3, 2)]
    [InlineData(-1, 2147483648, 3, 2)] // bit 31 set, where the original fails
    public void ChooseCluster_ByPartitionOrHash_IsNeverNegative(int partitionId, long hashId, int count, int expected)
    {
        var request = new SendRequest { PartitionId = partitionId, HashId = hashId };

        Assert.Equal(expected, PartitionRule.ChooseCluster(request, count));
    }

    [Fact]
    public void ChooseCluster_EmptyKey_IsPresentAndHashesToZero()
    {
        var request = new SendRequest { PartitionId = -2, Key = ReadOnlyMemory<byte>.Empty };

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, PartitionRule.ChooseCluster(request, 3));
        }
    }
}
