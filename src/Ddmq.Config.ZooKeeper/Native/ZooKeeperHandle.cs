using Microsoft.Win32.SafeHandles;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>
/// Owns a <c>zhandle_t</c> with its two threads. Releasing it ends the session and joins the threads: it may take seconds when
/// the server is silent, must not happen on one of those threads, and no callback runs after it.
/// </summary>
internal sealed class ZooKeeperHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        ZooKeeperNative.Close(handle);
        return true;
    }
}
