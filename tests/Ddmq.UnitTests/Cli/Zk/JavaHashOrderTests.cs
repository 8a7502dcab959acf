using System.Text.Json.Nodes;
using Ddmq.Cli.Zk;
using Xunit;

namespace Ddmq.UnitTests.Cli.Zk;

public sealed class JavaHashOrderTests
{
    [Fact]
    public void Sort_EverySetTheConsoleWrote_StaysAsItIs()
    {
        int sets = 0;
        foreach (string name in ConsoleNode.Names)
        {
            foreach (IReadOnlyList<string> set in Sets(ConsoleNode.Json(name), name))
            {
                Assert.Equal(set, JavaHashOrder.Sort(set));
                Assert.Equal(set, JavaHashOrder.Sort([.. set.Order(StringComparer.Ordinal)]));
                sets += set.Count > 1 ? 1 : 0;
            }
        }

        Assert.True(sets > 50, $"only {sets} sets with an order");
    }

    [Fact]
    public void Insert_SetInThatOrder_KeepsTheOrder()
    {
        string[] before = ["R_test_chronos_inner_0", "orders_batch", "payments", "orders", "orders_later"];

        Assert.Equal(
            ["R_test_chronos_inner_0", "orders_batch", "payments", "clicks", "orders", "orders_later"], JavaHashOrder.Insert(before, "clicks"));
    }

    [Fact]
    public void Insert_SetSomebodyOrderedByHand_GetsItAtTheEnd()
    {
        Assert.Equal(["orders", "payments", "orders_batch", "clicks"], JavaHashOrder.Insert(["orders", "payments", "orders_batch"], "clicks"));
    }

    [Fact]
    public void Sort_MoreThanTheSmallestTableTakes_IsInTheOrderOfALargerOne()
    {
        // new HashSet<String> of k0 to k12, printed by a Java program: 13 elements need a table of 32 places.
        string[] keys = [.. Enumerable.Range(0, 13).Select(i => $"k{i}")];

        Assert.Equal("k0,k1,k2,k3,k4,k5,k11,k6,k10,k7,k8,k12,k9", string.Join(',', JavaHashOrder.Sort(keys)));
    }

    private static IEnumerable<IReadOnlyList<string>> Sets(JsonObject node, string name)
    {
        if (name.Contains("__pproxy_", StringComparison.Ordinal))
        {
            yield return node.List("topics").Texts();
        }

        JsonObject[] maps =
        [
            .. (node.Member("topicUnits") as JsonArray ?? []).Select(unit => (JsonObject)((JsonObject)unit!)["proxies"]!),
            .. new[] { "pproxies", "cproxies" }.Select(node.Member).OfType<JsonObject>(),
        ];
        foreach (JsonObject map in maps)
        {
            yield return [.. map.Select(entry => entry.Key)];
            foreach ((_, JsonNode? set) in map)
            {
                yield return ((JsonArray)set!).Texts();
            }
        }
    }
}
