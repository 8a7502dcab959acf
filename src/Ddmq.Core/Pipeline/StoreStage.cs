using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>Hands a message to its cluster's store. The last stage.</summary>
internal sealed class StoreStage(ILogger logger)
{
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        try
        {
            return request.Cluster!.Store!.SendAsync(request);
        }
        catch (Exception exception)
        {
            // A store owes a result; one that throws has a bug, and the client still gets its answer.
            Log.StoreThrew(logger, exception, request.Cluster?.Name);
            return new ValueTask<SendResult>(
                SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "internal error, see error.log of the proxy"));
        }
    }
}
