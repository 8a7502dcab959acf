using Ddmq.Core.Messages;

namespace Ddmq.TestKit.Faults;

/// <summary>One message that a sender has had its answer for.</summary>
/// <param name="Key">Unlike every other of the run.</param>
/// <param name="Result">The store's answer.</param>
/// <param name="Elapsed">How long the answer took.</param>
public readonly record struct SentMessage(string Key, SendResult Result, TimeSpan Elapsed);
