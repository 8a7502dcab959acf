using Ddmq.Core.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public sealed class BurstTests
{
    private readonly List<string> _ended = [];

    [Fact]
    public void End_TargetHasABurstOfItsOwn_BothEndAndTheNextBurstHasNothingOfThem()
    {
        Burst.Begin();
        Burst.TryDefer(new Target(() =>
        {
            _ended.Add("first");
            Burst.Begin();
            Assert.True(Burst.TryDefer(new Target(() => _ended.Add("inner"))));
            Burst.End();
        }));
        Burst.TryDefer(new Target(() => _ended.Add("second")));
        Burst.End();

        Assert.Equal(["first", "inner", "second"], _ended);
        Burst.Begin();
        Burst.End();
        Assert.Equal(3, _ended.Count);
    }

    [Fact]
    public void End_TargetThrows_TheOthersEndAndItIsThrown()
    {
        Burst.Begin();
        Burst.TryDefer(new Target(() => throw new InvalidOperationException("first")));
        Burst.TryDefer(new Target(() => _ended.Add("second")));

        Assert.Equal("first", Assert.Throws<InvalidOperationException>(Burst.End).Message);

        Assert.Equal(["second"], _ended);
        Assert.False(Burst.TryDefer(new Target(() => { })));
        Burst.Begin();
        Burst.End();
        Assert.Single(_ended);
    }

    [Fact]
    public void EndRound_NotQuiet_KeepsThoseWhoWaitForThatAndSaysSo()
    {
        Burst.Begin();
        Burst.TryDeferUntilQuiet(new Target(() => _ended.Add("quiet")));
        Burst.TryDefer(new Target(() => _ended.Add("round")));

        Assert.True(Burst.EndRound(isQuiet: false));
        Assert.Equal(["round"], _ended);
        Assert.False(Burst.TryDeferUntilQuiet(new Target(() => _ended.Add("outside"))));

        Burst.Begin();
        Assert.True(Burst.EndRound(isQuiet: false));
        Assert.False(Burst.EndRound(isQuiet: true));
        Assert.Equal(["round", "quiet"], _ended);
    }

    [Fact]
    public void EndRound_QuietAndTheRoundsTargetThrows_ThoseWhoWaitForQuietEnd()
    {
        Burst.Begin();
        Burst.TryDefer(new Target(() => throw new InvalidOperationException("round")));
        Burst.TryDeferUntilQuiet(new Target(() => _ended.Add("quiet")));

        Assert.Equal("round", Assert.Throws<InvalidOperationException>(() => { Burst.EndRound(isQuiet: true); }).Message);

        Assert.Equal(["quiet"], _ended);
        Assert.False(Burst.EndRound(isQuiet: false));
    }

    private sealed class Target(Action action) : IBurstTarget
    {
        public void EndBurst() => action();
    }
}
