using Ddmq.Core.Messages;

namespace Ddmq.Core.Spooling;

/// <summary>
/// The spool's disk: for each queue <see cref="SpoolLanes.Count"/> lanes, each a log that is appended to at its end and cut at its
/// beginning. What is appended survives a crash of the process and of the machine. Thread-safe.
/// </summary>
public interface ISpoolLog : IAsyncDisposable
{
    /// <summary>Null when entries are taken; otherwise one line for an operator that says what is wrong and what helps.</summary>
    string? Trouble { get; }

    /// <summary>Every lane that has ever been used, and what it holds.</summary>
    /// <exception cref="SpoolException">The disk cannot be read.</exception>
    IReadOnlyList<SpoolLaneBounds> Lanes();

    /// <summary>
    /// Appends a message. Its bytes are copied before the call returns. What one caller appends to a lane is in the lane in that order, also
    /// when the calls are not awaited in between. Never throws for anything the disk does.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="lane">The lane, from 0.</param>
    /// <param name="request">The message.</param>
    /// <param name="mayBeStored">Whether an attempt before this may have stored it.</param>
    ValueTask<SpoolAppended> AppendAsync(SpoolQueueName queue, int lane, SendRequest request, bool mayBeStored);

    /// <summary>Reads a lane in order.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="lane">The lane, from 0.</param>
    /// <param name="fromOffset">Where to begin.</param>
    /// <param name="maxMessages">At most so many.</param>
    /// <param name="maxBytes">At most so many bytes, except that the first entry is given whatever its size.</param>
    /// <exception cref="SpoolException">The disk cannot be read.</exception>
    IReadOnlyList<SpooledMessage> Read(SpoolQueueName queue, int lane, long fromOffset, int maxMessages, long maxBytes);

    /// <summary>
    /// Removes the entries of a lane up to and including this one. Survives a crash of the process; after one of the machine entries may
    /// be back. One caller at a time for a lane.
    /// </summary>
    /// <exception cref="SpoolException">The disk cannot be written.</exception>
    void Cut(SpoolQueueName queue, int lane, SpooledMessage message);

    /// <summary>Gives the room of what was removed back to the disk when that is worth it. Returns at once.</summary>
    /// <param name="isEmpty">Nothing is left.</param>
    void GiveSpaceBack(bool isEmpty);
}
