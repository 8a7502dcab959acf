namespace Ddmq.Storage.Kafka.Sending;

/// <summary>Something that has messages waiting, and is looked after by <see cref="WaitingMessages"/>.</summary>
internal interface IWaitingLine
{
    /// <summary>Hands over what can be, answers what has waited too long.</summary>
    /// <returns>Whether it wants to be looked after further.</returns>
    bool Sweep();
}
