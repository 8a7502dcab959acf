using System.Diagnostics;
using System.Text;
using Ddmq.Cli.Bench;
using Ddmq.Cli.Native;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Thrift.Native;

namespace Ddmq.Benchmarks;

/// <summary>A store called in this process, without a front door: what its broker and its client do by themselves.</summary>
internal static class DirectClient
{
    private const double NanosPerSecond = 1e9;

    /// <summary>Callers that send the next message, or batch, when the last is answered; they go on where the answer came.</summary>
    /// <returns>Messages per second, this process's CPU per message in us, and the calls' latencies.</returns>
    public static async Task<(double Rate, double CpuMicroseconds, Latencies Latencies)> ClosedLoopAsync(
        IMessageStore store, int callers, int bodySize, int batch, TimeSpan duration)
    {
        var latencies = new Latencies();
        var process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            SendRequest[] requests = [.. Enumerable.Range(0, batch).Select(number => Request(bodySize, isBatch: batch > 1, number))];
            var sends = new ValueTask<SendResult>[requests.Length];
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                long call = Stopwatch.GetTimestamp();
                for (int i = 0; i < requests.Length; i++)
                {
                    requests[i].DeadlineTimestamp = call + (5 * Stopwatch.Frequency);
                    sends[i] = store.SendAsync(requests[i]);
                }

                foreach (ValueTask<SendResult> send in sends)
                {
                    Check(await send.ConfigureAwait(false));
                }

                latencies.Add(call);
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        long messages = latencies.Count * batch;
        return (messages / seconds, (process.TotalProcessorTime - cpu).TotalMicroseconds / messages, latencies);
    }

    /// <summary>Single messages at a fixed rate, whatever is under way. Latencies count from when a message was due.</summary>
    public static async Task<Latencies> OpenLoopAsync(IMessageStore store, int bodySize, double messagesPerSecond, TimeSpan duration)
    {
        var latencies = new Latencies();
        Task[] sends = await Task.Factory.StartNew(() => SendOnTime(store, bodySize, messagesPerSecond, duration, latencies), TaskCreationOptions.LongRunning);
        await Task.WhenAll(sends);
        return latencies;
    }

    private static Task[] SendOnTime(IMessageStore store, int bodySize, double messagesPerSecond, TimeSpan duration, Latencies latencies)
    {
        var sends = new List<Task>();
        using var timer = new TimerFd();
        using var epoll = new EpollSet();
        epoll.Add(timer.Descriptor, Libc.EpollIn | EpollSet.EdgeTriggered, 0);
        long begin = Stopwatch.GetTimestamp();
        long end = begin + (long)(duration.TotalSeconds * NanosPerSecond);
        var schedule = new OpenLoopSchedule(begin, messagesPerSecond, 0, 1);
        while (schedule.Due < end)
        {
            while (schedule.Due <= Stopwatch.GetTimestamp() && schedule.Due < end)
            {
                sends.Add(SendAsync(store, Request(bodySize, isBatch: false, 0), schedule.Due, latencies));
                schedule.Advance();
            }

            timer.Set(schedule.Due);
            _ = epoll.Wait(1000);
        }

        return [.. sends];
    }

    private static async Task SendAsync(IMessageStore store, SendRequest request, long due, Latencies latencies)
    {
        request.DeadlineTimestamp = due + (5 * Stopwatch.Frequency);
        Check(await store.SendAsync(request).ConfigureAwait(false));
        latencies.Add(due);
    }

    private static void Check(in SendResult result)
    {
        if (!result.IsOk)
        {
            throw new InvalidOperationException($"{result.Status}: {result.Detail}");
        }
    }

    private static SendRequest Request(int bodySize, bool isBatch, int number) => new()
    {
        TopicName = "bench"u8.ToArray(),
        Key = Encoding.UTF8.GetBytes($"key-of-message-{number}"),
        Body = new byte[bodySize],
        PartitionId = -2,
        Method = isBatch ? SendMethod.BatchSync : SendMethod.Sync,
        Topic = new Topic(new TopicConfig { Topic = "bench", AutoBatch = true }, [], new Core.Diagnostics.TopicLedger("bench")),
    };
}
