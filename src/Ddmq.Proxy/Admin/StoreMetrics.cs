using Ddmq.Storage.RocksDb;
namespace Ddmq.Proxy.Admin;
internal static class StoreMetrics { public static void Write(PrometheusWriter writer, RocksDbStore store) { } }
