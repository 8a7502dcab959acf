using System.Text;
using Ddmq.Core.Messages;

namespace Ddmq.Cli.Bench;

/// <summary>Replies by result code, with the first text each code came with. Not thread-safe.</summary>
internal sealed class ReplyCounts
{
    /// <summary>Counts as the code of a Thrift EXCEPTION message, which has no result code.</summary>
    public const int ExceptionCode = -1;

    // Codes run from 0 to SendStatuses.MaxCode; one place before them for EXCEPTION, one behind for codes nobody knows.
    private const int Places = SendStatuses.MaxCode + 3;

    private readonly long[] _counts = new long[Places];
    private readonly string?[] _texts = new string?[Places];

    /// <summary>Replies with code 0.</summary>
    public long Ok => _counts[Place(0)];

    /// <summary>Replies with any other code.</summary>
    public long Failures => _counts.Sum() - Ok;

    /// <summary>The codes that came, in order, each with its count and the first text; codes nobody knows are one row.</summary>
    public IEnumerable<(int Code, long Count, string? Text)> Rows =>
        Enumerable.Range(0, Places).Where(place => _counts[place] > 0).Select(place => (place - 1, _counts[place], _texts[place]));

    /// <summary>The name of a code in <see cref="Rows"/>.</summary>
    public static string Name(int code) => code switch
    {
        ExceptionCode => "EXCEPTION",
        >= 0 and <= SendStatuses.MaxCode => SendStatuses.Name((SendStatus)code) ?? $"CODE_{code}",
        _ => "OTHER",
    };

    /// <summary>Counts a reply. Allocates only the first time a failure's code comes.</summary>
    public void Count(int code, ReadOnlySpan<byte> text)
    {
        int place = Place(code);
        _counts[place]++;
        if (code != 0)
        {
            _texts[place] ??= Encoding.UTF8.GetString(text);
        }
    }

    /// <summary>Adds what another has counted.</summary>
    public void Add(ReplyCounts other)
    {
        for (int i = 0; i < Places; i++)
        {
            _counts[i] += other._counts[i];
            _texts[i] ??= other._texts[i];
        }
    }

    private static int Place(int code) => code is >= ExceptionCode and <= SendStatuses.MaxCode ? code + 1 : Places - 1;
}
