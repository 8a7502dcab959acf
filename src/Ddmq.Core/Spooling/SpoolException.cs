namespace Ddmq.Core.Spooling;

/// <summary>The spool's disk cannot be used. The message is meant for an operator: what is wrong, where, what helps.</summary>
public sealed class SpoolException : Exception
{
    /// <param name="message">What is wrong, where, what helps.</param>
    /// <param name="innerException">What caused it.</param>
    public SpoolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
