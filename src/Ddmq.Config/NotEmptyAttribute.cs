namespace Ddmq.Config;

/// <summary>The text must contain something other than white space.</summary>
internal sealed class NotEmptyAttribute : ValueRuleAttribute
{
    public override string Expected => "not empty";

    public override bool Allows(object value) => value is string text && !string.IsNullOrWhiteSpace(text);
}
