namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>The IDL cannot be understood, or uses something the generator does not do.</summary>
internal sealed class IdlException(int line, string message) : Exception($"line {line}: {message}")
{
    /// <summary>The line, counted from 1.</summary>
    public int Line { get; } = line;
}
