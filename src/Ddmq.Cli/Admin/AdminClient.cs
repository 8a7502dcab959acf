using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Admin;

/// <summary>
/// The proxy's admin HTTP API. Whatever goes wrong comes out as a <see cref="CliException"/> that says what to do.
/// Thread-safe.
/// </summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly Uri _address;
    private readonly HttpClient _http;

    /// <param name="address">Where the admin API listens.</param>
    public AdminClient(Uri address)
    {
        _address = address;

        // The admin API listens on loopback; a proxy server of the environment has no business there.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Gets a JSON document.</summary>
    /// <param name="path">What to get.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="takes">How long the proxy may take to make it, beside the time that any answer is given.</param>
    public async Task<JsonDocument> GetJsonAsync(string path, CancellationToken cancellationToken, TimeSpan takes = default)
    {
        TimeSpan longest = AnswerTimeout + takes;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(longest);
        try
        {
            using HttpResponseMessage response = await GetAsync(path, timeout.Token).ConfigureAwait(false);
            await using Stream body = await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
            return await JsonDocument.ParseAsync(body, default, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {longest.TotalSeconds} s");
        }
        catch (JsonException exception)
        {
            throw NotUnderstood(path, exception);
        }
        catch (IOException exception)
        {
            throw Unreachable(exception.Message);
        }
    }

    /// <summary>
    /// Gets the lines of an answer as they come, without their line feeds. The memory is this client's and valid until
    /// the next line is asked for.
    /// </summary>
    /// <param name="path">What to get.</param>
    /// <param name="beforeWaiting">Called when no line is at hand, before more is waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> GetLinesAsync(
        string path, Action beforeWaiting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync(path, cancellationToken).ConfigureAwait(false);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var lines = new LineReader(body, beforeWaiting);
        while (await NextAsync(lines, cancellationToken).ConfigureAwait(false) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>CPU seconds the proxy has used; null when it does not say. Blocks, for about a millisecond.</summary>
    public double? CpuSeconds()
    {
        const string Name = "process_cpu_seconds_total ";
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var request = new HttpRequestMessage(HttpMethod.Get, "metrics");
            using HttpResponseMessage response = _http.Send(request, timeout.Token);
            using var reader = new StreamReader(response.Content.ReadAsStream(timeout.Token));
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith(Name, StringComparison.Ordinal)
                    && double.TryParse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture, out double seconds))
                {
                    return seconds;
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Said in the report by the figure's absence; the measurement itself does not depend on it.
        }

        return null;
    }

    /// <summary>The answer has another form than this command knows.</summary>
    public CliException NotUnderstood(string path, Exception exception) => new(
        ExitCodes.Failed, $"the answer to {new Uri(_address, path)} is not understood ({exception.Message}); is that the admin API of a Ddmq proxy?");

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await _http.GetAsync(
                path, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                throw new CliException(
                    response.StatusCode == HttpStatusCode.BadRequest ? ExitCodes.Usage : ExitCodes.Failed,
                    ErrorOf(text) ?? $"{new Uri(_address, path)} answered {(int)response.StatusCode}");
            }
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception.GetBaseException().Message);
        }
    }

    private static string? ErrorOf(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("error").GetString() is { } error ? SafeText.Of(error) : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private CliException Unreachable(string why) => new(
        ExitCodes.Unreachable,
        $"cannot reach the admin API at {_address}: {why}. Start a proxy with ./control.sh start, or say where it is with --admin URL (DDMQ_ADMIN)");

    private async ValueTask<ReadOnlyMemory<byte>?> NextAsync(LineReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not BrokenPipeException)
        {
            throw new CliException(
                ExitCodes.Unreachable, $"the admin API at {_address} ended the connection: {exception.GetBaseException().Message}");
        }
    }
}
