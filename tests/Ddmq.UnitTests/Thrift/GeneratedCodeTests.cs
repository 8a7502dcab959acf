using Ddmq.Thrift.CodeGen;
using Ddmq.Thrift.CodeGen.Idl;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class GeneratedCodeTests
{
    private static readonly CodeGenTarget AnyTarget = new("some.thrift", "out", "Some", "SomeConstants");

    [Fact]
    public void CheckedInFiles_AreWhatTheIdlBecomes()
    {
        string root = RepositoryRoot.Find(AppContext.BaseDirectory) ?? throw new InvalidOperationException("No Ddmq.sln above the tests.");
        foreach (CodeGenTarget target in CodeGenerator.Targets)
        {
            SortedDictionary<string, string> expected =
                CodeGenerator.Generate(File.ReadAllText(Path.Combine(root, target.IdlPath)), target);
            string folder = Path.Combine(root, target.OutputFolder);

            Assert.Equal(expected.Keys, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach ((string name, string text) in expected)
            {
                Assert.True(
                    text == File.ReadAllText(Path.Combine(folder, name)),
                    $"{target.OutputFolder}/{name} is not what {target.IdlPath} becomes: dotnet run --project src/Ddmq.Thrift.CodeGen");
            }
        }
    }

    [Theory]
    [InlineData("struct A { 1: i32 a }\nenum B { C }", "line 2", "enum")]
    [InlineData("struct A { 1: required i32 a }", "line 1", "required")]
    [InlineData("struct A {\n 1: B b\n}", "line 2", "B")]
    [InlineData("struct A { 1: i32 a\n 1: i32 b }", "line 2", "twice")]
    [InlineData("struct A { 1: i32 a\n 2: i32 a }", "line 2", "twice")]
    [InlineData("struct A { 0: i32 a }", "line 1", "1 to 32767")]
    [InlineData("struct A { 40000: i32 a }", "line 1", "1 to 32767")]
    [InlineData("struct A { 1: i32 }", "line 1", "name")]
    [InlineData("struct A { 1: string a = 1 }", "line 1", "default")]
    [InlineData("struct A { 1: optional i32 a = 1 }", "line 1", "default")]
    [InlineData("struct A { 1: map<i32, string> a }", "line 1", "map<i32, string>")]
    [InlineData("struct A { 1: list<i32> a }", "line 1", "list<i32>")]
    [InlineData("struct A { 1: set<string> a }", "line 1", "set<string>")]
    [InlineData("struct A { 1: i32 a", "line 1", "field id")]
    [InlineData("const i32 A = 1", "line 1", "string")]
    [InlineData("const string A = \"x\n", "line 1", "quote")]
    [InlineData("\n/* never ends", "line 2", "comment")]
    [InlineData("service S { oneway void f() }", "line 1", "oneway")]
    public void Idl_BeyondWhatIsSupported_IsRefusedWithItsLine(string idl, string line, string part)
    {
        var error = Assert.Throws<IdlException>(() => CodeGenerator.Generate(idl, AnyTarget));

        Assert.StartsWith(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Idl_CommentsAndSeparatorsOfEveryKind_AreUnderstood()
    {
        const string Idl = """
            # hash
            // slashes
            /* block */
            namespace * some.where
            /**
             * Documented, with `code` & <marks>.
             */
            struct Inner { 1: bool a; 2: optional double b, 3: i16 c = -3 }
            struct Outer {
                /** Many. */
                1: list<Inner> many /* not this */
                7: optional Inner one;
            }
            service S {
                /** Does it. */
                Outer doIt(1: Inner x, 2: i8 y);
            }
            """;

        SortedDictionary<string, string> files = CodeGenerator.Generate(Idl, AnyTarget);

        Assert.Equal(["DoItArgs.cs", "DoItResult.cs", "Inner.cs", "Outer.cs", "SMethod.cs", "SMethods.cs"], files.Keys);
        Assert.Contains("Documented, with <c>code</c> &amp; &lt;marks&gt;.", files["Inner.cs"], StringComparison.Ordinal);
        Assert.Contains("public bool A { get; set; }", files["Inner.cs"], StringComparison.Ordinal);
        Assert.Contains("public double? B { get; set; }", files["Inner.cs"], StringComparison.Ordinal);
        Assert.Contains("public short C { get; set; } = -3;", files["Inner.cs"], StringComparison.Ordinal);
        Assert.Contains("<summary>Many. Field 1; null when absent.</summary>", files["Outer.cs"], StringComparison.Ordinal);
        Assert.Contains("public Inner? One { get; set; }", files["Outer.cs"], StringComparison.Ordinal);
        Assert.Contains("public sbyte Y { get; set; }", files["DoItArgs.cs"], StringComparison.Ordinal);
        Assert.Contains("/// <summary>Does it.</summary>", files["SMethod.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void RepositoryRoot_OutsideTheRepository_IsNotFound() => Assert.Null(RepositoryRoot.Find(Path.GetPathRoot(AppContext.BaseDirectory)!));
}
