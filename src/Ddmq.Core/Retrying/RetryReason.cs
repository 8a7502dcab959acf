namespace Ddmq.Core.Retrying;

/// <summary>Why a message is tried again: what is known of the attempt before.</summary>
public enum RetryReason
{
    /// <summary>It certainly did not store the message.</summary>
    NotStored,

    /// <summary>It ended, and may have stored the message; for example the connection broke behind the request.</summary>
    Lost,

    /// <summary>It had not answered at the client's timeout.</summary>
    Silent,
}
