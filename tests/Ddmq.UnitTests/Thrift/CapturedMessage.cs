using Ddmq.Thrift.Protocol;

namespace Ddmq.UnitTests.Thrift;

/// <summary>A message made by Apache Thrift's Python library; Fixtures/README.md says how.</summary>
internal sealed record CapturedMessage(string Name, ThriftProtocol Protocol, byte[] Bytes)
{
    /// <summary>What capture.py numbers every message with.</summary>
    public const int SequenceId = 4711;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CapturedMessage> All { get; } = Load();

    /// <summary>The one of that name and protocol.</summary>
    public static byte[] Get(string name, ThriftProtocol protocol) =>
        All.Single(message => message.Name == name && message.Protocol == protocol).Bytes;

    private static List<CapturedMessage> Load()
    {
        using Stream stream = typeof(CapturedMessage).Assembly.GetManifestResourceStream("captured.txt")!;
        using var reader = new StreamReader(stream);
        var messages = new List<CapturedMessage>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            string[] parts = line.Split(' ');
            messages.Add(new CapturedMessage(parts[0], Enum.Parse<ThriftProtocol>(parts[1], ignoreCase: true), Convert.FromHexString(parts[2])));
        }

        return messages;
    }
}
