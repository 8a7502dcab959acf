using System.Text;
using Ddmq.Core.Topics;

namespace Ddmq.Config;

/// <summary>The text must be the name of a topic that can be created.</summary>
internal sealed class TopicNameAttribute : ValueRuleAttribute
{
    public override string Expected => "1 to 255 letters, digits, '_', '-', '%' or '|'";

    public override bool Allows(object value) => value is string text && TopicNames.IsValid(Encoding.UTF8.GetBytes(text));
}
