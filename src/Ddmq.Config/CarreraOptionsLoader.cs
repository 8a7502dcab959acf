using System.Text;
using Ddmq.Config.Loading;
using YamlDotNet.Core;

namespace Ddmq.Config;

/// <summary>Reads <c>carrera.yaml</c> and the environment into <see cref="CarreraOptions"/>, and reports every mistake at once. Thread-safe.</summary>
internal static class CarreraOptionsLoader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file; what it does not mention has its default.</summary>
    /// <param name="path">The file, named in error texts as given here.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or something in it or in the environment is wrong.</exception>
    public static LoadedConfiguration Load(string path, IReadOnlyDictionary<string, string?> environment) =>
        Parse(Read(path), path, environment);

    /// <summary>As <see cref="Load"/>, for a text already read.</summary>
    public static LoadedConfiguration Parse(string yaml, string path, IReadOnlyDictionary<string, string?> environment)
    {
        var report = new BindingReport(path);
        var options = new CarreraOptions();
        try
        {
            if (YamlTree.Parse(yaml) is { } root)
            {
                new OptionBinder(report).Bind(root, options, "");
            }
        }
        catch (YamlException e)
        {
            // The library's start mark is where it began to look; the end mark is where it stumbled.
            report.Add(new ConfigScalar("", true, e.End.Line, e.End.Column), "", $"not valid YAML: {e.Message}");
            report.ThrowIfErrors();
        }

        IReadOnlyList<string> unknown = EnvironmentOverrides.Apply(options, environment, report);
        CrossChecks.Run(options, report);
        report.ThrowIfErrors();
        return new LoadedConfiguration(options, [.. unknown, .. ConfigurationWarnings.Find(options)], report.Describe);
    }

    private static string Read(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
            return StrictUtf8.GetString(text);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException([$"{path}: no such file"]);
        }
        catch (DecoderFallbackException e)
        {
            throw new ConfigurationException([$"{path}: not UTF-8 text (byte {e.Index})"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"{path}: cannot be read: {e.Message}"]);
        }
    }
}
