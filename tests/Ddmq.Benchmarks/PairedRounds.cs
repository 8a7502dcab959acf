using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>
/// Two servers measured in turns under the same closed loop: each pair of rounds makes a ratio, and the median pair counts, because the machine's speed
/// drifts. The order within a pair changes from pair to pair.
/// </summary>
internal sealed class PairedRounds
{
    private readonly List<LoadReport> _ones = [];
    private readonly List<LoadReport> _others = [];

    /// <param name="one">The server asked about.</param>
    /// <param name="other">What it is compared with.</param>
    /// <param name="load">What each is asked to do; where, and how its CPU is read, is set here. Both are to be warm.</param>
    /// <param name="pairs">How many pairs.</param>
    /// <param name="behind">CPU so far of what is behind both, in seconds, which counts with each's own; null for nothing.</param>
    public PairedRounds(BenchmarkServer one, BenchmarkServer other, LoadOptions load, int pairs, Func<double>? behind = null)
    {
        for (int pair = 0; pair < pairs; pair++)
        {
            if (pair % 2 == 0)
            {
                _ones.Add(Measure(one, load, behind));
                _others.Add(Measure(other, load, behind));
            }
            else
            {
                _others.Add(Measure(other, load, behind));
                _ones.Add(Measure(one, load, behind));
            }
        }
    }

    /// <summary>The median of the one's rounds, and of the other's.</summary>
    public (double One, double Other) Medians(Func<LoadReport, double> value) => (Median(_ones.Select(value)), Median(_others.Select(value)));

    /// <summary>The median ratio of the pairs, and the range that half of them lie in.</summary>
    public string Ratio(string format, Func<LoadReport, double> value)
    {
        double[] ratios = [.. _ones.Zip(_others, (one, other) => value(one) / value(other)).Order()];
        return $"{ratios[ratios.Length / 2].ToString(format, null)} ({ratios[ratios.Length / 4]:F2}-{ratios[ratios.Length * 3 / 4]:F2})";
    }

    private static LoadReport Measure(BenchmarkServer server, LoadOptions load, Func<double>? behind) => LoadGenerator.Run(
        load with { EndPoint = server.EndPoint, ProxyCpuSeconds = () => server.CpuSeconds + (behind?.Invoke() ?? 0) }).Demand();

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
