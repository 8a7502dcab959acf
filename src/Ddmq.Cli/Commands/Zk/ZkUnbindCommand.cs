using System.CommandLine;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk unbind</c>: a proxy no longer serves topics; with <c>--remove-node</c> ZooKeeper forgets it.</summary>
internal sealed class ZkUnbindCommand
{
    private readonly Argument<string> _instance = new("proxy") { Description = "The proxy", HelpName = "HOST:PORT" };
    private readonly Option<string[]> _topics = new("--topic") { Description = "Only this topic; may be repeated [default: all it serves]", HelpName = "NAME,.." };
    private readonly Option<bool> _removeNode = new("--remove-node") { Description = "Delete the proxy's node too" };

    private ZkUnbindCommand()
    {
    }

    public static Command Create(ZkWriteVerb write)
    {
        var unbind = new ZkUnbindCommand();
        var command = new Verb(
            "unbind",
            "Lets a proxy no longer serve topics",
            "ddmq zk unbind 10.0.0.12:9613 --topic orders",
            "ddmq zk unbind 10.0.0.12:9613 --remove-node");
        command.Add(unbind._instance);
        command.Add(unbind._topics);
        command.Add(unbind._removeNode);
        return write.Create(command, unbind.EditAsync);
    }

    private async Task EditAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        string instance = Names.Instance(result.GetRequiredValue(_instance));
        IReadOnlyList<string> names = Names.Split(result.GetValue(_topics));
        bool removesNode = result.GetValue(_removeNode);
        if (removesNode && names.Count > 0)
        {
            throw CliException.Usage("--remove-node goes without --topic: a proxy whose node is gone serves nothing");
        }

        ProxyNode? proxy = fleet.Find(instance);
        List<TopicNode> topics = [];
        foreach (string name in names)
        {
            topics.Add(await fleet.GetTopicAsync(name).ConfigureAwait(false));
        }

        if (names.Count == 0)
        {
            topics.AddRange((await fleet.GetTopicsAsync().ConfigureAwait(false)).Where(topic => topic.Instances.Contains(instance)));
            if (proxy is null && topics.Count == 0)
            {
                throw new CliException(ExitCodes.Failed, $"ZooKeeper knows no proxy {instance}");
            }
        }

        foreach (TopicNode topic in topics)
        {
            Unbind(topic, instance, plan);
            proxy?.RemoveTopic(topic.Topic);
        }

        if (proxy is null)
        {
            return;
        }

        if (removesNode)
        {
            proxy.Document.IsDeleted = true;
        }
        else if (names.Count == 0)
        {
            plan.Note($"{proxy.Document.Path} stays; --remove-node deletes it");
        }
    }

    private static void Unbind(TopicNode topic, string instance, NodePlan plan)
    {
        bool found = false;
        foreach (TopicUnit unit in topic.Units)
        {
            found |= unit.Unbind(instance);
        }

        if (!found)
        {
            plan.Note($"topic {topic.Topic} was not bound to {instance}");
        }
        else if (!topic.Instances.Any())
        {
            plan.Note($"topic {topic.Topic} has no proxy left: its messages are refused everywhere");
        }
    }
}
