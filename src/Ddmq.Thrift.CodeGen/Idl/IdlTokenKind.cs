namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>The kinds of words an IDL file is made of.</summary>
internal enum IdlTokenKind
{
    /// <summary>A name or keyword; dots included.</summary>
    Name,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A quoted text, without the quotes.</summary>
    Literal,

    /// <summary>One punctuation mark.</summary>
    Mark,

    /// <summary>The end of the file.</summary>
    End,
}
