namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Why a call has no reply. What that means for a message is a row of <see cref="RocketMqErrors"/>.</summary>
internal enum CallFailure
{
    /// <summary>There is no connection, or it broke before the call's last byte was handed to it.</summary>
    NotSent,

    /// <summary>Its frame could not be made: a bug of ours, or no memory for it.</summary>
    NotWritten,

    /// <summary>The call was on its way when the connection broke.</summary>
    Lost,

    /// <summary>The call was on its way and nothing came back in time.</summary>
    NoReply,

    /// <summary>The deadline came before the call's turn.</summary>
    Expired,

    /// <summary>A queue or buffer in front of the peer is full.</summary>
    Full,

    /// <summary>Too many wait before it: at the pace at which they are answered, its turn would not come in time.</summary>
    Hopeless,

    /// <summary>An earlier message of its order has failed and waits aside: it is not to overtake it.</summary>
    Overtaking,

    /// <summary>The store stops, and the call had not been sent.</summary>
    StoppedUnsent,

    /// <summary>The store stops, and the call's reply had not come.</summary>
    StoppedUnanswered,
}
