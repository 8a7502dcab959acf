namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>How a frame's header is written; the numbers are the frame's serialize type byte. Replies may come in either, whatever was sent.</summary>
public enum HeaderEncoding
{
    /// <summary>A JSON object. Every broker reads it, and answers with it unless told otherwise.</summary>
    Json = 0,

    /// <summary>The compact form that RocketMQ calls ROCKETMQ.</summary>
    Binary = 1,
}
