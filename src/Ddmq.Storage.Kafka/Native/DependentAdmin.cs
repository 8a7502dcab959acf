using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Native;

/// <summary>
/// An admin client on a producer's own handle, which sees what the producer sees. Confluent.Kafka 1.9 forgets to set how long this kind's
/// thread waits for events, so that it asks for them without a pause and takes a whole CPU, even of an idle process
/// (confluent-kafka-dotnet issue 1762, mended in 2.0, which needs a newer librdkafka than Debian's).
/// </summary>
internal static class DependentAdmin
{
    // How long the thread may need to notice that the client is being disposed of; what Confluent.Kafka sets elsewhere.
    private const int WaitMs = 100;

    /// <summary>Makes one; the caller disposes of it before the producer.</summary>
    /// <exception cref="MissingFieldException">Another Confluent.Kafka than the one this was written for.</exception>
    public static IAdminClient Create(Handle producer)
    {
        IAdminClient client = new DependentAdminClientBuilder(producer).Build();
        Wait(client) = WaitMs;
        return client;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "cancellationDelayMaxMs")]
    private static extern ref int Wait([UnsafeAccessorType("Confluent.Kafka.AdminClient, Confluent.Kafka")] object client);
}
