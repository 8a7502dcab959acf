using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.EndToEndTests.Spooling;

/// <summary>
/// Sends numbered messages of one key, one after another, whatever happens to the proxy: after a failure the next number, after a lost
/// connection a new one. Counters may be read while it runs.
/// </summary>
internal sealed class NumberedSender(int port, string topic, int number)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly List<int> _taken = [];
    private int _stored;
    private int _spooled;

    /// <summary>The key of its messages.</summary>
    public string Key => $"key-{number}";

    /// <summary>Messages answered <c>OK</c>.</summary>
    public int Stored => Volatile.Read(ref _stored);

    /// <summary>Messages answered <c>OK; spooled …</c>.</summary>
    public int Spooled => Volatile.Read(ref _spooled);

    /// <summary>The numbers of the messages that were answered 0. After the end.</summary>
    public IReadOnlyList<int> Taken => _taken;

    /// <summary>The body of a message.</summary>
    public string Body(int message) => $"{Key}:{message}";

    /// <summary>Sends until told to end.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        ProducerClient? client = null;
        for (int i = 0; !ending.IsCancellationRequested; i++)
        {
            try
            {
                client ??= await ProducerClient.ConnectAsync("127.0.0.1", port);
                Result result = await client.SendSyncAsync(
                    new Message
                    {
                        Topic = ThriftText.Utf8(topic),
                        Key = ThriftText.Utf8(Key),
                        Body = ThriftText.Utf8(Body(i)),
                        PartitionId = -1,
                        HashId = number,
                    },
                    timeoutMs: 200);
                if (Note(i, result))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5));
                    continue;
                }
            }
            catch (Exception exception) when (exception is IOException or TimeoutException)
            {
                if (client is not null)
                {
                    await client.DisposeAsync();
                    client = null;
                }
            }

            await Task.Delay(AfterFailure);
        }

        if (client is not null)
        {
            await client.DisposeAsync();
        }
    }

    private bool Note(int message, Result result)
    {
        if (result.Code != 0)
        {
            return false;
        }

        _taken.Add(message);
        if (ThriftText.ToText(result.Msg)!.StartsWith("OK; spooled", StringComparison.Ordinal))
        {
            Volatile.Write(ref _spooled, _spooled + 1);
        }
        else
        {
            Volatile.Write(ref _stored, _stored + 1);
        }

        return true;
    }
}
