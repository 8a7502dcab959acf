using System.Text;

namespace Ddmq.FunctionalTests.Cli.Zk;

/// <summary>A terminal at which somebody does something before typing an answer.</summary>
internal sealed class TypedAnswer(string answer, Func<Task> before) : MemoryStream(Encoding.UTF8.GetBytes(answer + "\n"))
{
    private bool _isDone;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isDone)
        {
            _isDone = true;
            await before();
        }

        return await base.ReadAsync(buffer, cancellationToken);
    }
}
