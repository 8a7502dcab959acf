using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Diagnostics;

/// <summary>The equation that nothing gets lost by.</summary>
public sealed class TopicLedgerTests
{
    private readonly TopicLedger _ledger = new("orders");

    public static TheoryData<SendStatus, Stored, MessageOutcome> Outcomes => new()
    {
        { SendStatus.Ok, Stored.Yes, MessageOutcome.Stored },
        { SendStatus.Ok, Stored.Spooled, MessageOutcome.Spooled },
        { SendStatus.Unknown, Stored.No, MessageOutcome.Failed },
        { SendStatus.Unknown, Stored.Yes, MessageOutcome.Failed },
        { SendStatus.Timeout, Stored.Unknown, MessageOutcome.Failed },
        { SendStatus.RateLimited, Stored.No, MessageOutcome.Refused },
        { SendStatus.IllegalMessage, Stored.No, MessageOutcome.Refused },
        { SendStatus.ShuttingDown, Stored.No, MessageOutcome.Refused },
        { SendStatus.ShuttingDown, Stored.Unknown, MessageOutcome.Failed },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Leave_WithAResult_CountsItsOutcome(SendStatus status, Stored stored, MessageOutcome outcome)
    {
        _ledger.Enter(3);
        Assert.Equal(new LedgerReading(1, 0, 0, 0, 0, 1), _ledger.Read());

        _ledger.Leave(new SendResult(status, stored));

        LedgerReading reading = _ledger.Read();
        Assert.Equal((1, 0, 1), (reading.Received, reading.InFlight, reading.Of(outcome)));
        Assert.True(reading.IsBalanced);
        Assert.Equal(1, _ledger.Answered(status));
    }

    [Fact]
    public void Leave_WithoutEnter_ShowsAsInFlightBelowZero()
    {
        _ledger.Leave(SendResult.Ok());

        Assert.Equal(new LedgerReading(0, 1, 0, 0, 0, -1), _ledger.Read());
    }

    [Fact]
    public async Task Read_WhileMessagesPass_IsBalancedAtEveryLook()
    {
        using var done = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                _ledger.Enter(1);
                _ledger.Leave(SendResult.Ok());
                Thread.SpinWait(50);
            }
        }))];

        SpinWait.SpinUntil(() => _ledger.Received > 0);
        for (int look = 0; look < 1000; look++)
        {
            LedgerReading reading = _ledger.Read();
            Assert.True(reading.IsBalanced, reading.ToString());
        }

        await done.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(_ledger.Received, _ledger.Read().Stored);
    }
}
