using Ddmq.Thrift.Server;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

public sealed class FramePoolTests
{
    private readonly FramePool _pool = new();

    [Theory]
    [InlineData(1, 8 * 1024)]
    [InlineData(8 * 1024, 8 * 1024)]
    [InlineData((8 * 1024) + 1, 12 * 1024)]
    [InlineData(12 * 1024, 12 * 1024)]
    [InlineData((12 * 1024) + 1, 16 * 1024)]
    [InlineData(16 * 1024, 16 * 1024)]
    [InlineData((16 * 1024) + 1, 24 * 1024)]
    [InlineData(700 * 1024, 768 * 1024)]
    [InlineData(1024 * 1024, 1024 * 1024)]
    public void Rent_AnyLength_IsTheNextSizeAndServesAgain(int length, int size)
    {
        byte[] array = _pool.Rent(length);
        Assert.Equal(size, array.Length);
        _pool.Return(array);
        Assert.Equal(size, _pool.KeptBytes);

        Assert.Same(array, _pool.Rent(size));
        Assert.Equal(0, _pool.KeptBytes);
        Assert.NotSame(array, _pool.Rent(size));
    }

    [Fact]
    public void Rent_EveryLength_IsLargeEnoughAndHalfAsMuchAgainAtMost()
    {
        for (int length = FramePool.MinSize; length <= FramePool.MaxSize; length += 511)
        {
            byte[] array = _pool.Rent(length);
            Assert.InRange(array.Length, length, (length * 3 / 2) + 1);
            _pool.Return(array);
            Assert.Same(array, _pool.Rent(length));
        }
    }

    [Fact]
    public void Return_LargerThanIsKept_IsGivenUp()
    {
        byte[] array = _pool.Rent(FramePool.MaxSize + 1);
        Assert.Equal(FramePool.MaxSize + 1, array.Length);

        _pool.Return(array);

        Assert.Equal(0, _pool.KeptBytes);
    }

    [Fact]
    public void Return_MoreThanIsKept_IsGivenUp()
    {
        byte[][] arrays = [.. Enumerable.Range(0, (int)(FramePool.MaxKeptBytes / FramePool.MaxSize) + 3).Select(_ => _pool.Rent(FramePool.MaxSize))];
        foreach (byte[] array in arrays)
        {
            _pool.Return(array);
        }

        Assert.Equal(FramePool.MaxKeptBytes, _pool.KeptBytes);
    }
}
