namespace Ddmq.Cli;

/// <summary>
/// Cuts a stream of bytes into lines, which need not be text: a line ends at a line feed, and every other byte, a
/// carriage return included, belongs to it. What follows the last line feed is a line unless it is empty. Not thread-safe.
/// </summary>
/// <param name="stream">Stays the caller's.</param>
/// <param name="beforeReading">Called when no line is at hand and the stream, which may take its time, is asked for more.</param>
internal sealed class LineReader(Stream stream, Action? beforeReading = null)
{
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Reads a line; null at the end. After a cancellation the reader is of no more use.</summary>
    /// <returns>Without its line feed; valid until the next call.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(searched + length, skip: 1);
            }

            searched = _end - _start;
            if (_isAtEnd)
            {
                // Not a conditional expression: a null array in it would become an empty line.
                if (searched == 0)
                {
                    return null;
                }

                return Take(searched, skip: 0);
            }

            MakeRoom();
            beforeReading?.Invoke();

            // A read from a terminal or a pipe cannot be cancelled; what can is the waiting for it.
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            _end += read;
            _isAtEnd = read == 0;
        }
    }

    private ReadOnlyMemory<byte> Take(int length, int skip)
    {
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        _start += length + skip;
        return line;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
