namespace Ddmq.UnitTests;

/// <summary>What something allocates on its caller's thread. It is to be warm already.</summary>
internal static class Allocated
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes of all rounds but the one with the most: what calls cost, be it now and then, shows in several, what the runtime does meanwhile in one.
    /// </summary>
    public static long By(Action round)
    {
        long all = 0;
        long most = 0;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            all += allocated;
            most = Math.Max(most, allocated);
        }

        return all - most;
    }
}
