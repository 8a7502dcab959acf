namespace Ddmq.Config;

/// <summary>A second environment variable that sets the value, known from the original proxy. The <c>DDMQ_</c> one wins.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EnvironmentAliasAttribute(string variable) : Attribute
{
    public string Variable { get; } = variable;
}
