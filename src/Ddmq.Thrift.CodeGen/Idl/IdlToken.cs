namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>One word of an IDL file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it reads.</param>
/// <param name="Line">Where it stands, counted from 1.</param>
/// <param name="Doc">The documentation comment right before it, or null.</param>
internal readonly record struct IdlToken(IdlTokenKind Kind, string Text, int Line, string? Doc)
{
    /// <summary>True for that punctuation mark or keyword.</summary>
    public bool Is(string text) => Kind is IdlTokenKind.Mark or IdlTokenKind.Name && Text == text;
}
