using Ddmq.Core.Messages;

namespace Ddmq.Core.Duplicates;

/// <summary>
/// A message in the <see cref="DuplicateWindow"/>, whose lock guards all of it: on its way, stored, or forgotten. Its outcome can be waited for
/// in all three.
/// </summary>
/// <param name="hash">See <see cref="MessageHash"/>.</param>
/// <param name="firstSent">When it was received, in ticks of the clock.</param>
/// <param name="expires">When it is to be forgotten, in ticks of the clock.</param>
internal sealed class RememberedMessage(UInt128 hash, long firstSent, long expires)
{
    public UInt128 Hash { get; } = hash;

    public long FirstSent { get; } = firstSent;

    public long Expires { get; } = expires;

    /// <summary>What became of it; null while it is on its way.</summary>
    public SendResult? Outcome { get; set; }

    /// <summary>What its repeats wait for; made for the first of them.</summary>
    public TaskCompletionSource<SendResult>? Waiting { get; set; }

    /// <summary>Whether it is in the window.</summary>
    public bool IsRemembered { get; set; }

    /// <summary>Neighbours in the window, from the oldest to the newest.</summary>
    public RememberedMessage? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public RememberedMessage? Newer { get; set; }
}
