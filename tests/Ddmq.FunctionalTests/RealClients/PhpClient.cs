namespace Ddmq.FunctionalTests.RealClients;

/// <summary>php/client.php.</summary>
public sealed class PhpClient : RealClient
{
    internal const string Packages = "thrift-compiler php-cli php-thrift";

    private protected override ClientCommand Build()
    {
        GenerateStubs("php");
        return new ClientCommand("php", ["-d", "display_errors=stderr", Source("php/client.php")], [("CLIENT_STUBS", Stubs)]);
    }
}
