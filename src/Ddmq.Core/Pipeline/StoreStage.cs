using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>Hands a message to its cluster's store. The last stage.</summary>
internal sealed class StoreStage(TimeProvider time, ILogger logger)
{
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        try
        {
            Cluster cluster = request.Cluster!;
            while (cluster.Store is { } store)
            {
                ValueTask<SendResult> sent = store.SendAsync(request);
                if (!sent.IsCompletedSuccessfully)
                {
                    request.Trace.StoreHasIt(time.GetTimestamp());
                    return sent;
                }

                SendResult result = sent.Result;
                if (result is not { Status: SendStatus.ShuttingDown, Stored: Stored.No } || ReferenceEquals(store, cluster.Store))
                {
                    return new ValueTask<SendResult>(result);
                }

                // The cluster's client was replaced between our look and its answer: the new one takes the message.
            }

            return new ValueTask<SendResult>(SendResult.Refused(SendStatus.NoProducerForCluster, cluster.Name));
        }
        catch (Exception exception)
        {
            // A store owes a result; one that throws has a bug, and the client still gets its answer.
            Log.StoreThrew(logger, exception, request.Cluster?.Name);
            return new ValueTask<SendResult>(SendResult.InternalError(Stored.Unknown));
        }
    }
}
