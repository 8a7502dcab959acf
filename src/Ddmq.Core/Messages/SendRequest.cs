using Ddmq.Core.Limits;
using Ddmq.Core.Topics;

namespace Ddmq.Core.Messages;

/// <summary>
/// One message on its way from accepted to answered.
/// <para>
/// Ownership: the bytes belong to the caller of the pipeline and stay valid and unchanged until the request is
/// <em>settled</em>, that is until the store's own <see cref="ValueTask{TResult}"/> has completed. That can be later
/// than the answer (a deadline answers first), so whoever reuses requests looks at <see cref="IsAbandoned"/>.
/// </para>
/// <para>Not thread-safe: one stage at a time works on it. Reusable: see <see cref="Reset"/>.</para>
/// </summary>
public sealed class SendRequest
{
    // What a message takes besides its bytes.
    private const int OwnSize = 256;

    private MessageProperty[] _properties = [];
    private int _propertyCount;
    private long _inFlightBytes;
    private AbandonedBytes? _abandonedIn;

    /// <summary>The call that brought the message in.</summary>
    public SendMethod Method { get; set; }

    /// <summary>The topic's name as received; null when the field was absent.</summary>
    public ReadOnlyMemory<byte>? TopicName { get; set; }

    /// <summary>The key as received; null when absent, which routing tells from empty.</summary>
    public ReadOnlyMemory<byte>? Key { get; set; }

    /// <summary>The tags as received; null when absent.</summary>
    public ReadOnlyMemory<byte>? Tags { get; set; }

    /// <summary>The body, empty when neither <c>body</c> nor <c>value</c> was given.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Chooses the partition when <see cref="PartitionId"/> is -1.</summary>
    public long HashId { get; set; }

    /// <summary>0 and up: explicit; -1: by <see cref="HashId"/>; -2 and below: the store's choice.</summary>
    public int PartitionId { get; set; }

    /// <summary>The properties in the order received.</summary>
    public ReadOnlySpan<MessageProperty> Properties => _properties.AsSpan(0, _propertyCount);

    /// <summary>When the request's last byte had been read, in <see cref="TimeProvider.GetTimestamp"/> ticks.</summary>
    public long ReceivedTimestamp { get; set; }

    /// <summary>When the request's last byte had been read, Unix milliseconds.</summary>
    public long ReceivedUnixMs { get; set; }

    /// <summary>
    /// When this attempt ends, in <see cref="TimeProvider.GetTimestamp"/> ticks: no store hands the message on after that. The client's timeout,
    /// shared by all attempts that begin before it; an attempt that begins at the timeout has until <see cref="EndTimestamp"/>.
    /// </summary>
    public long DeadlineTimestamp { get; set; }

    /// <summary>When the request must have been answered, in <see cref="TimeProvider.GetTimestamp"/> ticks. Fixed on entry; never before <see cref="DeadlineTimestamp"/>.</summary>
    public long EndTimestamp { get; set; }

    /// <summary>The client's timeout as a duration from entry, in ms; for texts.</summary>
    public long TimeoutMs { get; set; }

    /// <summary>The one view of topics and clusters this request sees from start to end. Taken on entry.</summary>
    public CatalogSnapshot Catalog { get; set; } = CatalogSnapshot.Empty;

    /// <summary>The topic in <see cref="Catalog"/>; null when this proxy does not serve it.</summary>
    public Topic? Topic { get; set; }

    /// <summary>The cluster the route stage chose, null before.</summary>
    public Cluster? Cluster { get; set; }

    /// <summary>How many attempts were made before this one; 0 for the first.</summary>
    public int Attempt { get; set; }

    /// <summary>
    /// The broker the last attempt went to, by its name in the cluster; null before the first and in stores without brokers. Written
    /// by the adapter, and read by it on the next attempt to go elsewhere.
    /// </summary>
    public string? LastBroker { get; set; }

    /// <summary>
    /// The adapter's own part of the message's id, the same for all attempts; 0 before the first. Written by adapters whose broker wants an id
    /// from the client.
    /// </summary>
    public long MessageKey { get; set; }

    /// <summary>
    /// Whose <see cref="MessageKey"/> it is, in the adapter's own bytes, where the key alone does not say so: a message that a process leaves
    /// behind on its disk keeps its id when another one sends it. Empty: this process's.
    /// </summary>
    public ReadOnlyMemory<byte> MessageKeyOrigin { get; set; }

    /// <summary>
    /// True once the request has been answered while the store still holds it: it and its bytes are not to be reused,
    /// and the store's late outcome is only counted.
    /// </summary>
    public bool IsAbandoned { get; internal set; }

    /// <summary>True once the message has waited for its second try at a limit. Such a message is not tried again when its store is slow.</summary>
    public bool IsDelayedByLimit { get; internal set; }

    /// <summary>
    /// Whether messages of the same call have been taken by their stores before it. A store that is asked for too much refuses the first message
    /// of a call and never this one: a call of which a part is stored will be sent again whole. A call is handed over in one go, so a bound on what waits
    /// is exceeded by one call's messages at most for each thread that hands over.
    /// </summary>
    public bool IsRestOfBatch { get; set; }

    /// <summary>
    /// Whether the message would overtake an earlier one of its order that was taken out of the way. A store in which messages wait asks when this
    /// one's turn has come, and answers <see cref="SendResult.Overtaking"/> instead of handing it over. Any thread.
    /// </summary>
    public bool IsOvertaking => HasEarlierAside is { } hasEarlierAside && hasEarlierAside(this);

    /// <summary>What happened to it, for <c>ddmq explain</c> and the latencies.</summary>
    public MessageTrace Trace { get; } = new();

    /// <summary>
    /// Whether another attempt may be made while an earlier one's outcome is not known, which may make a second copy. Set on entry by the original's
    /// rule (sync calls with a timeout, topics without strongOrder); a stage that knows better takes it away.
    /// </summary>
    internal bool AllowsSecondCopy { get; set; }

    /// <summary>
    /// Set where earlier messages of this one's order may wait aside, in the spool, and it must not overtake them: whether it would. Null: never.
    /// </summary>
    internal Func<SendRequest, bool>? HasEarlierAside { get; set; }

    /// <summary>What happens at the client's timeout; null for being answered 12.</summary>
    internal Pipeline.ITimeoutAction? AtTimeout { get; set; }

    /// <summary>The retry stage's part of this request's state.</summary>
    internal Retrying.RetryingSend? Retrying { get; set; }

    /// <summary>The spool stage's part of this request's state.</summary>
    internal Spooling.SpoolingSend? Spooling { get; set; }

    /// <summary>
    /// What the message counts for in its topic's bytes in flight at the moment; 0 when it is not counted. Negative: among the abandoned bytes too.
    /// </summary>
    internal long InFlightBytes
    {
        get => _inFlightBytes;
        set => _inFlightBytes = value;
    }

    /// <summary>Bytes the message takes while it is in flight, roughly: a little for each, so that empty ones count too.</summary>
    internal long Size
    {
        get
        {
            long size = OwnSize + Body.Length + Key.GetValueOrDefault().Length + Tags.GetValueOrDefault().Length;
            foreach (ref readonly MessageProperty property in Properties)
            {
                size += property.Name.Length + property.Value.Length;
            }

            return size;
        }
    }

    /// <summary>The deadline's part of this request's state.</summary>
    internal Pipeline.PendingAnswer? Pending { get; set; }

    /// <summary>Appends a property; the array behind is kept across <see cref="Reset"/>.</summary>
    public void AddProperty(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value)
    {
        if (_propertyCount == _properties.Length)
        {
            Array.Resize(ref _properties, Math.Max(4, _properties.Length * 2));
        }

        _properties[_propertyCount++] = new MessageProperty(name, value);
    }

    /// <summary>Takes the message out of its topic's bytes in flight, if it is counted there: its store has settled it, or will never see it.</summary>
    internal void LeaveFlight()
    {
        // Of two attempts that end at the same time one does it.
        if (_inFlightBytes != 0 && Interlocked.Exchange(ref _inFlightBytes, 0) is not 0 and long bytes)
        {
            Topic!.Limits.InFlight.Remove(Math.Abs(bytes));
            if (bytes < 0)
            {
                _abandonedIn!.Remove(-bytes);
            }
        }
    }

    /// <summary>Counts the message, which is being answered, among those that are left to their stores until <see cref="LeaveFlight"/>.</summary>
    internal void CountAbandoned(AbandonedBytes abandoned)
    {
        long bytes = Volatile.Read(ref _inFlightBytes);
        if (bytes <= 0)
        {
            return; // its store has let go of it just now
        }

        _abandonedIn = abandoned;
        abandoned.Add(bytes);
        if (Interlocked.CompareExchange(ref _inFlightBytes, -bytes, bytes) != bytes)
        {
            abandoned.Remove(bytes);
        }
    }

    /// <summary>
    /// The same message for another attempt, made while its store still holds this one; until <see cref="EndTimestamp"/>. It shares the bytes, and
    /// is counted nowhere.
    /// </summary>
    internal SendRequest CopyForSecondAttempt() => new()
    {
        _properties = Properties.ToArray(),
        _propertyCount = _propertyCount,
        Method = Method,
        TopicName = TopicName,
        Key = Key,
        Tags = Tags,
        Body = Body,
        HashId = HashId,
        PartitionId = PartitionId,
        ReceivedTimestamp = ReceivedTimestamp,
        ReceivedUnixMs = ReceivedUnixMs,
        DeadlineTimestamp = EndTimestamp,
        EndTimestamp = EndTimestamp,
        TimeoutMs = TimeoutMs,
        Catalog = Catalog,
        Topic = Topic,
        Cluster = Cluster,
        Attempt = Attempt + 1,
        LastBroker = LastBroker,
        MessageKey = MessageKey,
    };

    /// <summary>Makes the request ready for another message. Only for a settled request.</summary>
    public void Reset()
    {
        const int KeepProperties = 64;
        if (_properties.Length > KeepProperties)
        {
            _properties = [];
        }
        else
        {
            Array.Clear(_properties, 0, _propertyCount);
        }

        _propertyCount = 0;
        TopicName = null;
        Key = null;
        Tags = null;
        Body = default;
        HashId = 0;
        PartitionId = -1;
        Catalog = CatalogSnapshot.Empty;
        Topic = null;
        Cluster = null;
        IsDelayedByLimit = false;
        IsRestOfBatch = false;
        InFlightBytes = 0;
        Attempt = 0;
        LastBroker = null;
        MessageKey = 0;
        AllowsSecondCopy = false;
        AtTimeout = null;
        HasEarlierAside = null;
        MessageKeyOrigin = default;
        IsAbandoned = false;
        Trace.Reset();
    }
}
