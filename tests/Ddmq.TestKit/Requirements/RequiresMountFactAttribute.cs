using System.ComponentModel;
using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A fact that needs the right to mount a disk; skipped, and saying so, where that is not granted.</summary>
public sealed class RequiresMountFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Refusal = new(TryMount);

    /// <summary>Finds out by mounting one.</summary>
    public RequiresMountFactAttribute() => Skip = Refusal.Value;

    private static string? TryMount()
    {
        try
        {
            new TmpfsMount(1024 * 1024).Dispose();
            return null;
        }
        catch (Win32Exception exception)
        {
            return $"needs the right to mount a tmpfs (run as root): {exception.Message}";
        }
    }
}
