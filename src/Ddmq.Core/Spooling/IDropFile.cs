namespace Ddmq.Core.Spooling;

/// <summary>The drop log for messages that leave the spool undelivered. They were promised, so their lines are.</summary>
public interface IDropFile
{
    /// <summary>Appends a line, without its end. Returns when it is on the disk, fdatasync done. One caller at a time.</summary>
    /// <exception cref="IOException">It is not there for sure.</exception>
    void Append(ReadOnlySpan<byte> line);
}
