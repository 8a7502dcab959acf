using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.StoreHost;
using Microsoft.Extensions.Logging.Abstractions;

// A process with a store in it, for tests that kill it: FOLDER CALLERS RUN [spool]
// Prints "ready", then appends as fast as it can and prints "TOPIC PARTITION OFFSET KEY ." for each message after its
// acknowledgement. The dot tells a whole line from one that was cut off. Ends when its input does.
string folder = args[0];
int callers = int.Parse(args[1]);
string run = args[2];
if (args is [_, _, _, "spool"])
{
    await SpoolHost.RunAsync(folder, callers, run);
    return;
}

await using RocksDbStore store = RocksDbStore.Open(
    new RocksDbStoreOptions { Path = folder, MinFreeBytes = 0, WriteBufferBytes = 1024 * 1024 }, TimeProvider.System, NullLogger.Instance);
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
output.WriteLine("ready");

bool stopping = false;
Task[] running = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => AppendAsync(caller)))];
await Console.In.ReadToEndAsync();
Volatile.Write(ref stopping, true);
await Task.WhenAll(running);

async Task AppendAsync(int caller)
{
    for (int i = 0; !Volatile.Read(ref stopping); i++)
    {
        string key = $"{run}-{caller}-{i}";
        SendResult result = await store.SendAsync(HostMessages.Create(caller, key));
        if (!result.IsOk)
        {
            throw new InvalidOperationException(result.ToString());
        }

        lock (output)
        {
            output.WriteLine($"t{caller % HostMessages.Topics} {result.Partition} {result.Offset} {key} .");
        }
    }
}
