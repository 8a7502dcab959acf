namespace Ddmq.Core.Limits;

/// <summary>
/// The limits of a topic, or of the whole proxy, with what they have counted. Outlives every change of the configuration. Thread-safe;
/// <see cref="Set"/> one thread at a time.
/// </summary>
public sealed class AdmissionLimits
{
    private readonly TimeProvider _time;

    /// <param name="name">The topic's name; empty for the proxy as a whole.</param>
    /// <param name="time">The clock.</param>
    /// <param name="maxBytesInFlight">The bound of <see cref="InFlight"/>, above 0.</param>
    public AdmissionLimits(string name, TimeProvider time, long maxBytesInFlight)
    {
        _time = time;
        Name = name;
        string owner = name.Length == 0 ? "this proxy" : $"topic {name}";
        long now = LimitClock.Now(time);
        Messages = new RateLimit(LimitKind.Messages, owner, now);
        Bytes = new RateLimit(LimitKind.Bytes, owner, now);
        InFlight = new InFlightBytes(owner, maxBytesInFlight);
        Report = new LimitReport(owner);
    }

    /// <summary>The topic's name; empty for the proxy as a whole.</summary>
    public string Name { get; }

    /// <summary>Messages per second.</summary>
    public RateLimit Messages { get; }

    /// <summary>Bytes of bodies per second.</summary>
    public RateLimit Bytes { get; }

    /// <summary>Bytes of messages that are not settled. Of a topic only: the front door counts the proxy's.</summary>
    public InFlightBytes InFlight { get; }

    /// <summary>When there was last a log line about these limits.</summary>
    internal LimitReport Report { get; }

    /// <summary>Changes the limits.</summary>
    /// <param name="messagesPerSecond">0 admits none.</param>
    /// <param name="bytesPerSecond">0 for no limit.</param>
    /// <param name="warningRatio">The share, above 0 and up to 1, that is admitted without a warning.</param>
    internal void Set(double messagesPerSecond, long bytesPerSecond, double warningRatio)
    {
        long now = LimitClock.Now(_time);
        Messages.Set(messagesPerSecond, warningRatio, now);
        Bytes.Set(bytesPerSecond == 0 ? double.PositiveInfinity : bytesPerSecond, warningRatio, now);
    }

    /// <summary>Takes what a call costs, all of it or nothing.</summary>
    /// <returns>Null, or the limit that has refused.</returns>
    internal RateLimit? TryTake(Charge charge, long nowNs, out Taken taken)
    {
        taken = default;
        Permit messages = Messages.TryTake(charge.Messages, nowNs);
        if (messages.Part == PermitPart.None)
        {
            return Messages;
        }

        Permit bytes = default;
        if (charge.Bytes > 0 && Bytes.IsFinite)
        {
            bytes = Bytes.TryTake(charge.Bytes, nowNs);
            if (bytes.Part == PermitPart.None)
            {
                Messages.Return(messages);
                return Bytes;
            }
        }

        taken = new Taken(messages, bytes);
        return null;
    }

    /// <summary>Gives back what was taken and not used.</summary>
    internal void Return(in Taken taken)
    {
        Messages.Return(taken.Messages);
        Bytes.Return(taken.Bytes);
    }

    /// <summary>Counts what was taken and is used.</summary>
    /// <returns>Whether any of it is to be warned of.</returns>
    internal bool CountAdmitted(Charge charge, in Taken taken)
    {
        Messages.CountAdmitted(charge.Messages);
        if (taken.Bytes.Part != PermitPart.None)
        {
            Bytes.CountAdmitted(charge.Bytes);
        }

        if (!taken.IsWarned)
        {
            return false;
        }

        if (taken.Messages.Part == PermitPart.Warning)
        {
            Messages.CountWarned(charge.Messages);
        }

        if (taken.Bytes.Part == PermitPart.Warning)
        {
            Bytes.CountWarned(charge.Messages);
        }

        return true;
    }
}
