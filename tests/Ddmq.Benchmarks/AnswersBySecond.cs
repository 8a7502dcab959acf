using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>Answers per second with code 0 and with others, a value for each second of a run, or for each that is recorded.</summary>
/// <param name="alsoWarmup">Whether the seconds before recording count.</param>
internal sealed class AnswersBySecond(bool alsoWarmup = false) : IProgress<LoadProgress>
{
    private double _last;
    private long _errors;

    public List<double> Good { get; } = [];

    public List<double> Refused { get; } = [];

    public void Report(LoadProgress value)
    {
        double elapsed = value.Elapsed.TotalSeconds;
        double refused = (value.Errors - _errors) / (elapsed - _last);
        if (!value.IsWarmup || alsoWarmup)
        {
            Good.Add(Math.Max(0, value.MessagesPerSecond - refused));
            Refused.Add(refused);
        }

        _errors = value.Errors;
        _last = elapsed;
    }
}
