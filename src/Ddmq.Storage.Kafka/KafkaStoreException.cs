namespace Ddmq.Storage.Kafka;

/// <summary>
/// The Kafka store cannot be started: a setting that the client does not know or cannot have, or no librdkafka. The message is one sentence
/// for an operator. Brokers that cannot be reached are not a reason: they show in <see cref="KafkaStore.Trouble"/>.
/// </summary>
public sealed class KafkaStoreException : Exception
{
    /// <param name="message">What is wrong and what helps.</param>
    public KafkaStoreException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong and what helps.</param>
    /// <param name="innerException">What caused it.</param>
    public KafkaStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
