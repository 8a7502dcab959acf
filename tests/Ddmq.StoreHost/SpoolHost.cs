using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.Storage.RocksDb.Spooling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.StoreHost;

/// <summary>
/// The same with a spool: prints "TOPIC LANE OFFSET KEY ." for each entry after its acknowledgement. Every caller has a lane of its own; every
/// tenth message it takes out what it has put in.
/// </summary>
internal static class SpoolHost
{
    private const int TakesOutEvery = 10;

    public static async Task RunAsync(string folder, int callers, string run)
    {
        await using RocksDbSpoolLog spool = RocksDbSpoolLog.Open(folder, minFreeBytes: 0, TimeProvider.System, NullLogger.Instance);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        output.WriteLine("ready");
        bool stopping = false;
        Task[] running = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => SpoolAsync(caller)))];
        await Console.In.ReadToEndAsync();
        Volatile.Write(ref stopping, true);
        await Task.WhenAll(running);

        async Task SpoolAsync(int caller)
        {
            var queue = new SpoolQueueName($"t{caller % HostMessages.Topics}", "A");
            long first = spool.Lanes().Where(lane => lane.Queue == queue && lane.Lane == caller).Select(lane => lane.FirstOffset).DefaultIfEmpty(0).First();
            for (int i = 0; !Volatile.Read(ref stopping); i++)
            {
                string key = $"{run}-{caller}-{i}";
                SpoolAppended appended = await spool.AppendAsync(queue, caller, HostMessages.Create(caller, key), mayBeStored: false);
                if (appended.Stored != Stored.Yes)
                {
                    throw new InvalidOperationException(appended.ToString());
                }

                Say($"{queue.Topic} {caller} {appended.Offset} {key} .");
                if (i % TakesOutEvery == TakesOutEvery - 1)
                {
                    SpooledMessage oldest = spool.Read(queue, caller, first, 1, 1)[0];
                    first = oldest.Offset + 1;

                    // Said before it is done: what is said to be out may still be there after the kill, but not the other way round.
                    Say($"out {caller} {oldest.Offset} {queue.Topic} .");
                    spool.Cut(queue, caller, oldest);
                }
            }
        }

        void Say(string line)
        {
            lock (output)
            {
                output.WriteLine(line);
            }
        }
    }
}
