using System.Text.Json;
using Ddmq.Cli.Admin;

namespace Ddmq.Cli.Doctor;

/// <summary>What a proxy says of itself. Immutable.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="NotReady">Why it takes no messages; null when it does.</param>
/// <param name="Degradations">What is not as it should be although it takes messages.</param>
internal sealed record ProxyAnswer(int ProcessId, string? NotReady, IReadOnlyList<string> Degradations)
{
    private const string Path = "api/status";

    /// <summary>Asks.</summary>
    /// <exception cref="CliException">Nobody is there, or something else than a proxy.</exception>
    public static async Task<ProxyAnswer> AskAsync(Uri admin, CancellationToken cancellation)
    {
        using var client = new AdminClient(admin);
        using JsonDocument document = await client.GetJsonAsync(Path, cancellation).ConfigureAwait(false);
        try
        {
            JsonElement status = document.RootElement;
            return new ProxyAnswer(
                status.GetProperty("processId").GetInt32(),
                status.GetProperty("ready").GetBoolean() ? null : status.GetProperty("reason").GetString() ?? "no reason given",
                [.. status.GetProperty("degradations").EnumerateArray().Select(line => line.GetString() ?? "")]);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(Path, exception);
        }
    }
}
