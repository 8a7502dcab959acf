namespace Ddmq.Core.Pipeline;

/// <summary>Something that puts its work off until the end of a <see cref="Burst"/>.</summary>
public interface IBurstTarget
{
    /// <summary>Does what was put off. Called on the burst's thread; must not throw.</summary>
    void EndBurst();
}
