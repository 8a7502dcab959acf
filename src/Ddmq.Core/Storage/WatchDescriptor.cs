namespace Ddmq.Core.Storage;

/// <summary>
/// Has a descriptor watched by a thread that watches many: the front door's event loops do that for the sockets of brokers, so that an
/// answer is read, its message completed and the client's reply written by one thread.
/// </summary>
/// <param name="descriptor">What to watch. It is closed in <paramref name="onReadable"/>, or after that has returned false.</param>
/// <param name="onReadable">
/// Called, always on the same thread, while there is something to read; it must not wait for anything. False ends the watch.
/// </param>
/// <returns>False when nothing is watched any more: the caller looks after its descriptor itself.</returns>
public delegate bool WatchDescriptor(int descriptor, Func<bool> onReadable);
