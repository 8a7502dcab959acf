namespace Ddmq.FunctionalTests.RealClients;

/// <summary>cpp/client.cpp.</summary>
public sealed class CppClient : RealClient
{
    internal const string Packages = "thrift-compiler g++ libthrift-dev libboost-dev";

    private protected override ClientCommand Build()
    {
        GenerateStubs("cpp:no_skeleton");
        string[] sources = Directory.GetFiles(Stubs, "*.cpp");
        string program = Built("client");
        Execute("g++", ["-std=c++17", "-O0", "-I", Stubs, "-o", program, Source("cpp/client.cpp"), .. sources, "-lthrift"]);
        return new ClientCommand(program, [], []);
    }
}
