namespace Ddmq.Config.Loading;

/// <summary>The shape of a setting's value.</summary>
internal enum OptionKind
{
    /// <summary>Text, number, yes or no, or one of some words.</summary>
    Scalar,

    /// <summary>Further settings.</summary>
    Section,

    /// <summary>A list.</summary>
    List,

    /// <summary>Names chosen by the operator, each with a value.</summary>
    Map,
}
