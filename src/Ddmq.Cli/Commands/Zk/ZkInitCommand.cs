using System.CommandLine;
using Ddmq.Cli.Zk;
using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk init</c>: the nodes that all others lie below, as the console's initZkPath makes them. What is there stays as it is.</summary>
internal static class ZkInitCommand
{
    private static readonly byte[] Placeholder = "carrera"u8.ToArray();
    private static readonly byte[] Default = "default"u8.ToArray();

    private static readonly (string Name, byte[] Text)[] Parents =
    [
        ("topic", Default), ("group", Default), ("pproxy", Default), ("cproxy", Default), ("broker", Default),
        ("monitor", Placeholder), ("monitor/host", Default), ("monitor/assigned", Default),
    ];

    public static Command Create(ZkWriteVerb write) => write.CreateAtRoot(
        new Verb(
            "init",
            "Creates the nodes that all others lie below",
            "ddmq zk init --zookeeper 10.0.0.1:2181",
            "ddmq zk init --zookeeper 10.0.0.1:2181,10.0.0.2:2181/test --yes"),
        PlanAsync);

    private static async Task PlanAsync(ZkConnection root, ZooKeeperAddress address, NodePlan plan)
    {
        var wanted = new List<(string Path, byte[] Text)>();
        string path = "";
        foreach (string name in address.Chroot.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path += "/" + name;
            wanted.Add((path, Placeholder));
        }

        wanted.AddRange(Parents.Select(parent => ($"{address.Chroot}/{parent.Name}", parent.Text)));
        IReadOnlyList<StoredNode?> found = await root.ReadAsync([.. wanted.Select(node => node.Path)]).ConfigureAwait(false);
        for (int i = 0; i < wanted.Count; i++)
        {
            if (found[i] is null)
            {
                plan.Add(new NodeChange(wanted[i].Path, null, wanted[i].Text));
            }
        }
    }
}
