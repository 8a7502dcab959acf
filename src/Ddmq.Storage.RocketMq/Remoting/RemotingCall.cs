using System.Text;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>A call that is rare enough for an object and a task of its own: routes, heartbeats.</summary>
/// <param name="code">The request code.</param>
/// <param name="body">The body.</param>
/// <param name="fields">Ext fields in ordinal order of their names.</param>
internal sealed class RemotingCall(int code, byte[] body, params (string Name, string Value)[] fields) : PendingCall
{
    private const int HeaderRoom = 256;

    private readonly TaskCompletionSource<RemotingReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once, never faults.</summary>
    public Task<RemotingReply> Completion => _reply.Task;

    /// <inheritdoc/>
    public override bool IsLimited => false;

    /// <inheritdoc/>
    public override int MaxFrameSize =>
        HeaderRoom + body.Length + fields.Sum(each => 16 + (JsonText.MaxGrowth * Encoding.UTF8.GetByteCount(each.Name + each.Value)));

    /// <inheritdoc/>
    public override void Write(ref RequestWriter writer, int opaque)
    {
        writer.Begin(code, opaque);
        foreach ((string name, string value) in fields)
        {
            writer.Field(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        }

        writer.BeginBody();
        writer.Write(body);
    }

    /// <inheritdoc/>
    public override void Reply(in ResponseFrame response) =>
        _reply.TrySetResult(new RemotingReply(response.Code, response.Body.ToArray(), response.Remark));

    /// <inheritdoc/>
    public override void Fail(CallFailure failure, string? detail) =>
        _reply.TrySetResult(new RemotingReply(-1, [], detail ?? failure.ToString()));
}
