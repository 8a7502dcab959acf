namespace Ddmq.Config;

/// <summary>The original's names for a topic's compression, which it never applied.</summary>
internal enum CompressType
{
    /// <summary>Bodies as they come.</summary>
    Primordial,

    /// <summary>Meant for the consumer side.</summary>
    Snappy,
}
