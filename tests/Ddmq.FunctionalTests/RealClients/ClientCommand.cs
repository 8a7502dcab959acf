namespace Ddmq.FunctionalTests.RealClients;

/// <summary>How a client program is started; host, port, protocol, topic and scenario follow.</summary>
internal sealed record ClientCommand(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<(string Name, string Value)> Variables);
