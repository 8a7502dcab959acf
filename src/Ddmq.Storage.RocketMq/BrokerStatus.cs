namespace Ddmq.Storage.RocketMq;

/// <summary>One broker at one moment, for the admin port.</summary>
/// <param name="Name">Its name in the cluster.</param>
/// <param name="Address">Its master.</param>
/// <param name="IsConnected">Whether there is an open connection; none is needed while nothing is sent.</param>
/// <param name="InFlight">Requests sent and not answered.</param>
/// <param name="Limit">How many of them the store allows at the moment.</param>
/// <param name="Waiting">Requests that wait for their turn.</param>
/// <param name="Served">Requests answered, other than busy, since the start.</param>
/// <param name="BusyAnswers">Requests answered busy since the start.</param>
/// <param name="Latency">Average time to an answer; zero when not known.</param>
/// <param name="IsGrey">Whether random messages keep away from it.</param>
public sealed record BrokerStatus(
    string Name,
    string Address,
    bool IsConnected,
    int InFlight,
    int Limit,
    int Waiting,
    long Served,
    long BusyAnswers,
    TimeSpan Latency,
    bool IsGrey);
