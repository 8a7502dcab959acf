using System.Net;
using Ddmq.Config.Loading;

namespace Ddmq.Config;

/// <summary>Finds settings that are allowed but probably not what the operator expects.</summary>
internal static class ConfigurationWarnings
{
    public static IEnumerable<string> Find(CarreraOptions options)
    {
        var idle = EffectiveConfiguration.Values(options)
            .Where(value => value.Option.NoEffect is { Warns: true } && !Equals(value.Value, DefaultOf(value.Option)))
            .Select(value => $"{value.Path} ({value.Option.NoEffect!.Because})")
            .ToList();
        if (idle.Count > 0)
        {
            yield return $"set, but without effect in this version: {string.Join(", ", idle)}";
        }

        ThriftServerOptions server = options.CarreraConfiguration.ThriftServer;
        if (server.Port != 0 && server.Port != options.Port)
        {
            yield return $"carreraConfiguration.thriftServer.port ({server.Port}) is ignored: the proxy listens on port ({options.Port})";
        }

        AdminOptions admin = options.Ddmq.Admin;
        if (admin.Enabled && !IPAddress.IsLoopback(IPAddress.Parse(admin.BindAddress)))
        {
            yield return $"ddmq.admin.bindAddress is {admin.BindAddress}: whoever reaches the admin port can read messages, it asks nobody for a password";
        }
    }

    private static object? DefaultOf(OptionProperty option) =>
        option.Property.GetValue(Activator.CreateInstance(option.Property.DeclaringType!));
}
