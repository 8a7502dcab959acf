namespace Ddmq.Storage.RocketMq;
internal static class RocketMqErrors { }
