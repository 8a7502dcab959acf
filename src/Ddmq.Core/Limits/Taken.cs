namespace Ddmq.Core.Limits;

/// <summary>What a call was given by one owner's <see cref="AdmissionLimits"/>.</summary>
/// <param name="Messages">Of the messages per second.</param>
/// <param name="Bytes">Of the bytes per second; nothing where they are not limited.</param>
internal readonly record struct Taken(Permit Messages, Permit Bytes)
{
    /// <summary>Whether any of it is of a warning part.</summary>
    public bool IsWarned => Messages.Part == PermitPart.Warning || Bytes.Part == PermitPart.Warning;
}
