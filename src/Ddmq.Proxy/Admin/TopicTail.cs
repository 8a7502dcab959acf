using System.Runtime.CompilerServices;
using Ddmq.Storage.RocksDb;
namespace Ddmq.Proxy.Admin;
internal sealed class TopicTail(RocksDbStore store, TailQuery query) { public bool TopicExists => store is not null && query is not null;
 public async IAsyncEnumerable<IReadOnlyList<StoredMessage>> ReadAsync([EnumeratorCancellation] CancellationToken ct) { await Task.Yield(); yield break; } }
