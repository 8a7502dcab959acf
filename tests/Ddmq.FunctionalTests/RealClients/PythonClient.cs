namespace Ddmq.FunctionalTests.RealClients;

/// <summary>python/client.py on Debian's own Python, which is the one that finds Debian's Thrift library.</summary>
public sealed class PythonClient : RealClient
{
    internal const string Packages = "thrift-compiler python3-thrift";

    private protected override ClientCommand Build()
    {
        GenerateStubs("py");
        return new ClientCommand("/usr/bin/python3", ["-B", Source("python/client.py")], [("PYTHONPATH", Stubs)]);
    }
}
