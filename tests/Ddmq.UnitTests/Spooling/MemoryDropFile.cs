using System.Text;
using Ddmq.Core.Spooling;

namespace Ddmq.UnitTests.Spooling;

/// <summary>A drop log in memory, whose disk fails when the test says so.</summary>
internal sealed class MemoryDropFile : IDropFile
{
    private readonly List<string> _lines = [];
    private volatile bool _isFull;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public void Append(ReadOnlySpan<byte> line)
    {
        if (IsFull)
        {
            throw new IOException("no space left");
        }

        lock (_lines)
        {
            _lines.Add(Encoding.UTF8.GetString(line));
        }
    }
}
