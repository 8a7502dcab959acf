using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// The message id that clients give (property <c>UNIQ_KEY</c>): 16 bytes in upper-case hex.
/// <code>
/// 4 IP address | 2 process id | 4 random per process | 4 ms since the 1st of the month, 00:00 local time | 2 counter
/// </code>
/// The last six bytes are the message's own; a number holds them, 0 for none. Thread-safe. Source: MessageClientIDSetter.
/// </summary>
internal static class UniqueKey
{
    /// <summary>Its length as text.</summary>
    public const int Length = 32;

    private const int PrefixBytes = 10;
    private const int CounterBits = 16;

    /// <summary>This machine's address as brokers will see it, or the loopback address when it has no other.</summary>
    public static IPAddress LocalAddress { get; } = FindLocalAddress();

    // Below the address, which it contains: initialisers run in the order of the text.
    private static readonly byte[] Prefix = CreatePrefix();
    private static int _counter = Random.Shared.Next();
    private static MonthStart _month = MonthStart.Of(DateTimeOffset.UnixEpoch);

    /// <summary>This process's part of its keys, as text.</summary>
    public static ReadOnlyMemory<byte> Origin => Prefix;

    /// <summary>A new key's own part, never 0.</summary>
    /// <param name="unixMs">Now, or when the message was received; in Unix milliseconds.</param>
    public static long Next(long unixMs)
    {
        MonthStart month = _month;
        if (unixMs < month.UnixMs || unixMs >= month.NextUnixMs)
        {
            _month = month = MonthStart.Of(DateTimeOffset.FromUnixTimeMilliseconds(unixMs));
        }

        uint milliseconds = (uint)(unixMs - month.UnixMs);
        long own = ((long)milliseconds << CounterBits) | (ushort)Interlocked.Increment(ref _counter);
        return own == 0 ? 1 : own;
    }

    /// <summary>Writes the key as text, <see cref="Length"/> bytes.</summary>
    /// <param name="own">The message's part.</param>
    /// <param name="origin">The process's part; when it is none, this process's is taken.</param>
    /// <param name="target">Where to.</param>
    public static void Write(long own, ReadOnlySpan<byte> origin, Span<byte> target)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, own);
        (origin.Length == Prefix.Length ? origin : Prefix).CopyTo(target);
        Convert.TryToHexString(bytes[2..], target[(2 * PrefixBytes)..], out _);
    }

    private static byte[] CreatePrefix()
    {
        byte[] bytes = new byte[PrefixBytes];
        LocalAddress.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(4), unchecked((short)Environment.ProcessId));
        Random.Shared.NextBytes(bytes.AsSpan(6));
        return System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
    }

    private static IPAddress FindLocalAddress()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(candidate => candidate.OperationalStatus == OperationalStatus.Up)
                .SelectMany(candidate => candidate.GetIPProperties().UnicastAddresses)
                .Select(address => address.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
                ?? IPAddress.Loopback;
        }
        catch (NetworkInformationException)
        {
            return IPAddress.Loopback;
        }
    }

    /// <summary>A month's first moment and the next one's, by this machine's clock on the wall.</summary>
    private sealed record MonthStart(long UnixMs, long NextUnixMs)
    {
        public static MonthStart Of(DateTimeOffset time)
        {
            DateTime local = TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local).DateTime;
            DateTime first = new(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
            return new MonthStart(UnixMsOf(first), UnixMsOf(first.AddMonths(1)));
        }

        private static long UnixMsOf(DateTime local) =>
            new DateTimeOffset(local, TimeZoneInfo.Local.GetUtcOffset(local)).ToUnixTimeMilliseconds();
    }
}
