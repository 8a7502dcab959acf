namespace Ddmq.Config;

/// <summary>The admin port: health, metrics and the JSON API over HTTP. It asks nobody for a password.</summary>
internal sealed class AdminOptions
{
    /// <summary>Whether there is an admin port.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Address to listen on. Whoever reaches it can read messages.</summary>
    [IpAddress]
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>TCP port; 0 takes a free one.</summary>
    [Limits(0, 65535)]
    public int Port { get; set; } = 9614;
}
