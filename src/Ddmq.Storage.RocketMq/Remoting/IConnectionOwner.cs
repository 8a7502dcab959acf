namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Who is told of a connection's life. All calls come from the connection's reading thread, none while it holds a lock.</summary>
internal interface IConnectionOwner
{
    /// <summary>It takes calls.</summary>
    void Opened(RemotingConnection connection);

    /// <summary>A limited call was answered with that code after that many ticks. Before the call itself learns of it.</summary>
    void Observed(int code, long elapsedTicks);

    /// <summary>Some calls have been answered: there is room for more.</summary>
    void Replied(RemotingConnection connection);

    /// <summary>It has ended, or never began, and all its calls have been failed. The last word.</summary>
    void Closed(RemotingConnection connection, ConnectionEnd end);
}
