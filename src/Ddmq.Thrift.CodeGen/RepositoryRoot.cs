namespace Ddmq.Thrift.CodeGen;

/// <summary>Finds the repository from a folder inside it.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "Ddmq.sln";

    /// <summary>The nearest folder at or above <paramref name="start"/> that holds the solution; null when there is none.</summary>
    public static string? Find(string start)
    {
        DirectoryInfo? folder = new(start);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, Marker)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
