namespace Ddmq.Thrift.Server;

/// <summary>
/// Takes one call. Runs on the transport's thread, between the frame's last byte and the next one, so it must not block;
/// it may complete the call at once or later from any thread, exactly once. What it throws becomes an EXCEPTION reply.
/// </summary>
public delegate void CallHandler(ThriftCall call);
