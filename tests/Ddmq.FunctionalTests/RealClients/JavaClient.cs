namespace Ddmq.FunctionalTests.RealClients;

/// <summary>java/Client.java.</summary>
public sealed class JavaClient : RealClient
{
    internal const string Packages = "thrift-compiler default-jdk-headless libthrift-java";

    private const string Libraries = "/usr/share/java/thrift.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar";

    private protected override ClientCommand Build()
    {
        // Without the annotation, which is in no module of the JDK.
        GenerateStubs("java:generated_annotations=suppress");
        string[] sources = Directory.GetFiles(Stubs, "*.java", SearchOption.AllDirectories);
        string classes = Built("classes");
        Execute("javac", ["-nowarn", "-encoding", "UTF-8", "-cp", Libraries, "-d", classes, Source("java/Client.java"), .. sources]);
        return new ClientCommand(
            "java", ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", $"{classes}:{Libraries}", "Client"], []);
    }
}
