namespace Ddmq.Cli.Doctor;

/// <summary>What a check came to.</summary>
internal enum CheckOutcome
{
    /// <summary>Nothing to do.</summary>
    Ok,

    /// <summary>Messages are taken all the same; somebody should look at it.</summary>
    Warning,

    /// <summary>Some or all messages cannot be stored because of it.</summary>
    Failure,
}
