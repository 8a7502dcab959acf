using Ddmq.Thrift.CodeGen;
using Ddmq.Thrift.CodeGen.Idl;

// Writes the C# of every IDL anew. Run it after a change to an IDL and commit both; a unit test compares them.
string? root = RepositoryRoot.Find(Environment.CurrentDirectory) ?? RepositoryRoot.Find(AppContext.BaseDirectory);
if (root is null)
{
    Console.Error.WriteLine("No Ddmq.sln at or above this folder: run it inside the repository.");
    return 1;
}

foreach (CodeGenTarget target in CodeGenerator.Targets)
{
    SortedDictionary<string, string> files;
    try
    {
        files = CodeGenerator.Generate(File.ReadAllText(Path.Combine(root, target.IdlPath)), target);
    }
    catch (IdlException error)
    {
        Console.Error.WriteLine($"{target.IdlPath}, {error.Message}");
        return 1;
    }

    string folder = Path.Combine(root, target.OutputFolder);
    Directory.CreateDirectory(folder);
    foreach (string stale in Directory.EnumerateFiles(folder, "*.cs").Where(path => !files.ContainsKey(Path.GetFileName(path))))
    {
        File.Delete(stale);
    }

    foreach ((string name, string text) in files)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
    }

    Console.WriteLine($"{target.IdlPath}: {files.Count} files in {target.OutputFolder}");
}

return 0;
