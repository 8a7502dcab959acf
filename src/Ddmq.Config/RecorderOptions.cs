namespace Ddmq.Config;

/// <summary>What became of the last messages, for `ddmq explain`.</summary>
internal sealed class RecorderOptions
{
    /// <summary>Messages kept in memory, rounded up to a multiple of 1024, 128 bytes each; 0 records none.</summary>
    [Limits(0, 16777216)]
    public int Entries { get; set; } = 65536;
}
