using Ddmq.Config;

namespace Ddmq.Proxy.Thrift;

/// <summary>How many files and sockets the process may have open.</summary>
internal static class DescriptorLimit
{
    /// <summary>The connections that can be had beside everything else, at least 64; null when the limit cannot be read.</summary>
    public static int? ForConnections()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string? soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return int.TryParse(soft, out int limit) ? Math.Max(64, limit - ThriftOptions.ReservedDescriptors) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
