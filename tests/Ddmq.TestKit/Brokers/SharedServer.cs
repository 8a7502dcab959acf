using Xunit;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// A server that the classes of one xunit collection share: started when the first test asks for it, and so not where all are skipped;
/// gone with the collection. Tests that disturb it start their own instead; the others use a topic each (<see cref="NewTopic"/>).
/// </summary>
/// <param name="startAsync">How to start it.</param>
/// <typeparam name="T">The server.</typeparam>
public abstract class SharedServer<T>(Func<Task<T>> startAsync) : IAsyncLifetime
    where T : IAsyncDisposable
{
    private readonly Lazy<Task<T>> _server = new(startAsync);

    /// <summary>The running server. Thread-safe; when its start fails, so does everybody who asks.</summary>
    public Task<T> GetAsync() => _server.Value;

    /// <summary>A topic's name that nobody else uses.</summary>
    /// <param name="stem">How it begins; letters, digits, <c>_</c> and <c>-</c>.</param>
    public string NewTopic(string stem) => $"{stem}-{Guid.NewGuid():N}";

    /// <inheritdoc/>
    Task IAsyncLifetime.InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            await (await _server.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }
}
