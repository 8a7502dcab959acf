using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// A plain client of RocketMQ's remoting protocol that shares no code with the product: JSON headers, one connection, one request at a
/// time. Not thread-safe.
/// <para>Frame: 4 bytes length of the rest, 4 bytes header type (0: JSON) and header length, header, body.</para>
/// </summary>
public sealed class RemotingClient : IDisposable
{
    // The version of 5.0.0: from 4.9.4 on name servers answer it with JSON that is JSON.
    private const int Version = 413;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private int _opaque;

    private RemotingClient()
    {
    }

    /// <summary>How long an answer is waited for; a minute at first.</summary>
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Connects to <c>address:port</c>.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public static async Task<RemotingClient> ConnectAsync(string address)
    {
        var client = new RemotingClient();
        try
        {
            await client._socket.ConnectAsync(IPEndPoint.Parse(address)).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<RemotingReply> CallOnceAsync(string address, int code, params (string Name, string Value)[] fields)
    {
        using RemotingClient client = await ConnectAsync(address).ConfigureAwait(false);
        return await client.CallAsync(code, default, fields).ConfigureAwait(false);
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">No answer within <see cref="AnswerLimit"/>.</exception>
    public async Task<RemotingReply> CallAsync(int code, ReadOnlyMemory<byte> body, params (string Name, string Value)[] fields)
    {
        int opaque = ++_opaque;
        var extFields = new JsonObject();
        foreach ((string name, string value) in fields)
        {
            extFields[name] = value;
        }

        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["code"] = code,
            ["extFields"] = extFields,
            ["flag"] = 0,
            ["language"] = "DOTNET",
            ["opaque"] = opaque,
            ["serializeTypeCurrentRPC"] = "JSON",
            ["version"] = Version,
        });
        byte[] frame = new byte[8 + header.Length + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), header.Length);
        header.CopyTo(frame.AsSpan(8));
        body.Span.CopyTo(frame.AsSpan(8 + header.Length));

        using var limit = new CancellationTokenSource(AnswerLimit);
        for (int sent = 0; sent < frame.Length;)
        {
            sent += await _socket.SendAsync(frame.AsMemory(sent), limit.Token).ConfigureAwait(false);
        }

        while (true)
        {
            byte[] answer = await ReceiveAsync(4, limit.Token).ConfigureAwait(false);
            answer = await ReceiveAsync(BinaryPrimitives.ReadInt32BigEndian(answer), limit.Token).ConfigureAwait(false);
            int headerLength = BinaryPrimitives.ReadInt32BigEndian(answer) & 0xFFFFFF;
            JsonNode parsed = JsonNode.Parse(answer.AsSpan(4, headerLength))!;

            // What is not an answer is a request of the server's own.
            if (((int)parsed["flag"]! & 1) == 1 && (int)parsed["opaque"]! == opaque)
            {
                return new RemotingReply(
                    (int)parsed["code"]!,
                    (string?)parsed["remark"],
                    parsed["extFields"]?.AsObject().ToDictionary(field => field.Key, field => field.Value!.ToString()) ?? [],
                    answer[(4 + headerLength)..]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReceiveAsync(int count, CancellationToken limit)
    {
        byte[] bytes = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await _socket.ReceiveAsync(bytes.AsMemory(received), limit).ConfigureAwait(false);
            received += more > 0 ? more : throw new IOException("RocketMQ closed the connection.");
        }

        return bytes;
    }
}
