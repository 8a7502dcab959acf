using System.Globalization;
using Ddmq.Core.Spooling;

namespace Ddmq.Proxy.Logging;

/// <summary>
/// The drop log of the spool: <c>spool-drop-20260105.log</c> beside the other logs, a file for each day (UTC). It is not written by the
/// logging library because a message leaves the spool only when its line is on the disk for sure; nor is it deleted with the other logs, because
/// it may be the last copy of a message that was accepted. Opened for each line: lines are rare.
/// </summary>
/// <param name="folder">The folder of the logs.</param>
/// <param name="time">The clock.</param>
internal sealed class DropFile(string folder, TimeProvider time) : IDropFile
{
    private const string Name = "spool-drop";

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> line)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{Name}-{time.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.log");
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

        // What a crash has left of a line must not spoil the next one.
        file.Seek(0, SeekOrigin.End);
        byte[] text = new byte[line.Length + 2];
        int length = 0;
        if (file.Length > 0 && !EndsLine(file))
        {
            text[length++] = (byte)'\n';
        }

        line.CopyTo(text.AsSpan(length));
        length += line.Length;
        text[length++] = (byte)'\n';
        file.Write(text, 0, length);
        file.Flush(flushToDisk: true);
    }

    private static bool EndsLine(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
