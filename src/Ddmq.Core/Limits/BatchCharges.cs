using System.Runtime.InteropServices;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Limits;

/// <summary>
/// What a batch costs each of its topics. A batch is usually of one topic, so the last one is looked at first. Not thread-safe; reusable after
/// <see cref="Clear"/>, and then costs no allocation.
/// </summary>
internal sealed class BatchCharges
{
    private readonly List<Row> _rows = [];
    private readonly Dictionary<AdmissionLimits, int> _places = new(ReferenceEqualityComparer.Instance);
    private int _last;

    /// <summary>The topics in the order in which the batch first names them.</summary>
    public Span<Row> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>What the batch costs the proxy.</summary>
    public Charge Total { get; private set; }

    /// <summary>Adds a message of a topic that this proxy serves.</summary>
    public void Add(SendRequest request)
    {
        AdmissionLimits limits = request.Topic!.Limits;
        if (_rows.Count == 0 || !ReferenceEquals(_rows[_last].Limits, limits))
        {
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, limits, out bool isKnown);
            if (!isKnown)
            {
                place = _rows.Count;
                _rows.Add(new Row { Limits = limits, First = request });
            }

            _last = place;
        }

        var charge = new Charge(1, request.Body.Length);
        Row row = _rows[_last];
        row.Charge += charge;
        row.InFlight += request.Size;
        _rows[_last] = row;
        Total += charge;
    }

    public void Clear()
    {
        _rows.Clear();
        _places.Clear();
        _last = 0;
        Total = default;
    }

    /// <summary>A topic's part.</summary>
    internal struct Row
    {
        public AdmissionLimits Limits { get; init; }

        /// <summary>The first of its messages.</summary>
        public SendRequest First { get; init; }

        public Charge Charge { get; set; }

        /// <summary>What its messages count for while they are in flight.</summary>
        public long InFlight { get; set; }

        public Taken Taken { get; set; }
    }
}
