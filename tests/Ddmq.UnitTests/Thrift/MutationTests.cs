using System.Buffers.Binary;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Captured messages with random damage: a reader reads them or says why not, and never pays more than they weigh.</summary>
public class MutationTests
{
    private const int Rounds = 100_000;

    // A struct of one byte becomes an object of some 250 bytes; the rest is for the exception and its text.
    private const long AllocatedPerByte = 512;
    private const long AllocatedAtMost = 32 * 1024;

    [Theory]
    [InlineData(ThriftProtocol.Compact, 20261123)]
    [InlineData(ThriftProtocol.Binary, 20261124)]
    public void DamagedMessage_IsReadOrRefused_AndNothingElse(ThriftProtocol protocol, int seed)
    {
        var random = new Random(seed);
        byte[][] captured = [.. CapturedMessage.All.Where(message => message.Protocol == protocol).Select(message => message.Bytes)];
        byte[] frame = new byte[captured.Max(bytes => bytes.Length) + 64];
        var structs = new CallStructs();
        int refused = 0;

        for (int round = 0; round < Rounds; round++)
        {
            int length = Mutate(random, captured, frame);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? error = TryDecode(protocol, frame.AsMemory(0, length), structs);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            refused += error is null ? 0 : 1;
            if (error is not (null or ThriftFormatException) || allocated > AllocatedAtMost + (AllocatedPerByte * length))
            {
                Assert.Fail($"Round {round}, {allocated} bytes allocated, {Convert.ToHexString(frame, 0, length)}: {error}");
            }
        }

        // Damage that is never noticed, or always, would mean that the test tests nothing.
        Assert.InRange(refused, Rounds / 10, Rounds - (Rounds / 10));
    }

    private static Exception? TryDecode(ThriftProtocol protocol, ReadOnlyMemory<byte> frame, CallStructs structs)
    {
        try
        {
            Codec.DecodeAny(protocol, frame, structs);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static int Mutate(Random random, byte[][] captured, byte[] frame)
    {
        byte[] source = captured[random.Next(captured.Length)];
        source.CopyTo(frame, 0);
        int length = source.Length;
        for (int damage = random.Next(1, 4); damage > 0 && length > 8; damage--)
        {
            int at = random.Next(length);
            Span<byte> rest = frame.AsSpan(at, length - at);
            switch (random.Next(7))
            {
                case 0:
                    rest[0] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    rest[0] = (byte)random.Next(256);
                    break;
                case 2:
                    // The numbers lengths and counts go wrong with.
                    rest[0] = (byte)(random.Next(3) switch { 0 => 0xff, 1 => 0x7f, _ => 0x80 });
                    break;
                case 3 when rest.Length >= sizeof(int):
                    BinaryPrimitives.WriteInt32BigEndian(rest, random.Next(2) == 0 ? int.MaxValue : -random.Next(1, 1000));
                    break;
                case 4:
                    length = at;
                    break;
                case 5 when length < frame.Length:
                    rest.CopyTo(frame.AsSpan(at + 1));
                    frame[at] = (byte)random.Next(256);
                    length++;
                    break;
                default:
                    rest[1..].CopyTo(rest);
                    length--;
                    break;
            }
        }

        return length;
    }
}
