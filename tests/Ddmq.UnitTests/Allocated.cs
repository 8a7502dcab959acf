namespace Ddmq.UnitTests;

/// <summary>What something allocates on its caller's thread. It is to be warm already.</summary>
internal static class Allocated
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes of the round with the fewest: what a call costs shows in every round, what the runtime does meanwhile in one of them.
    /// </summary>
    public static long By(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
