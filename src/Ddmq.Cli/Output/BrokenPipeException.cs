namespace Ddmq.Cli.Output;

/// <summary>Whoever read standard output has gone. Not an error: the command ends.</summary>
internal sealed class BrokenPipeException() : IOException("the reader of standard output has gone");
