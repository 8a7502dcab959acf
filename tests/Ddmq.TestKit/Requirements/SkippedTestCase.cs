using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Ddmq.TestKit.Requirements;

/// <summary>A test that is not run because something is missing that its class needs.</summary>
public sealed class SkippedTestCase : XunitTestCase
{
    private string _reason = "";

    /// <summary>For xunit, which reads it back with <see cref="Deserialize"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Called by the de-serializer", true)]
    public SkippedTestCase()
    {
    }

    private SkippedTestCase(
        IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions displayOptions, ITestMethod method, string reason)
        : base(sink, display, displayOptions, method) => _reason = reason;

    /// <inheritdoc/>
    public override void Serialize(IXunitSerializationInfo data)
    {
        base.Serialize(data);
        data.AddValue(nameof(_reason), _reason);
    }

    /// <inheritdoc/>
    public override void Deserialize(IXunitSerializationInfo data)
    {
        _reason = data.GetValue<string>(nameof(_reason));
        base.Deserialize(data);
    }

    /// <summary>The test as a skipped one when its class has a requirement that is not met; otherwise null.</summary>
    internal static IXunitTestCase[]? WhenNeeded(IMessageSink sink, ITestFrameworkDiscoveryOptions options, ITestMethod method) =>
        method.TestClass.Class.GetCustomAttributes(typeof(RequiresBrokersAttribute)).Any() && RequiresBrokersAttribute.WhyMissing is { } why
            ? [new SkippedTestCase(sink, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method, why)]
            : null;

    /// <inheritdoc/>
    protected override string GetSkipReason(IAttributeInfo factAttribute) => _reason;
}
