namespace Ddmq.Config;

/// <summary>The value is a password or the like: it is never logged nor quoted in an error.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
