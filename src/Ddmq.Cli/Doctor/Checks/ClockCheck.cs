using Ddmq.Cli.Native;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>Whether something keeps this machine's clock right. Brokers that tell their time are compared where they are checked.</summary>
internal static class ClockCheck
{
    private const string Name = "clock";

    /// <summary>Asks the kernel.</summary>
    public static IReadOnlyList<CheckResult> Run() => [Run(SystemClock.IsSynchronised())];

    internal static CheckResult Run(bool? isSynchronised) => isSynchronised switch
    {
        true => CheckResult.Ok(Name, "kept by a time service; RocketMQ brokers are compared with it, Kafka and ZooKeeper do not tell their time"),
        false => CheckResult.Warn(Name, "no time service keeps it, says the kernel", "timedatectl set-ntp true (or chrony)"),
        null => CheckResult.Ok(Name, "not checked: the kernel does not tell"),
    };
}
