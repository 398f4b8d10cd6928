using System.Text;

namespace Memento.Bench.Merging;

/// <summary>Three versions of a large array.</summary>
internal sealed record LargeArrays(string Name, string About, Func<byte[]> Base, Func<byte[]> Ours, Func<byte[]> Theirs)
{
    public static IReadOnlyList<LargeArrays> All { get; } =
    [
        Changed("keyed-10k", 10_000, isKeyed: true),
        Changed("content-10k", 10_000, isKeyed: false),
        Changed("keyed-100k", 100_000, isKeyed: true),
        Changed("content-100k", 100_000, isKeyed: false),
        new("equal-100k", "100,000 equal objects; both sides remove or change some",
            () => Json(100_000, _ => """{"a":1}"""),
            () => Json(99_990, _ => """{"a":1}"""),
            () => Json(100_000, i => i == 50_000 ? """{"a":2}""" : """{"a":1}""")),
        new("numbers-1m", "1,000,000 numbers; each side changes one",
            () => Json(1_000_000, i => $"{i % 1_000}"),
            () => Json(1_000_000, i => i == 5 ? "7777" : $"{i % 1_000}"),
            () => Json(1_000_000, i => i == 500_000 ? "8888" : $"{i % 1_000}")),
        new("different-1m", "1,000,000 numbers, entirely different on both sides",
            () => Json(1_000_000, i => $"{i * 7_919L % 1_000}"),
            () => Json(1_000_000, i => $"{i * 7_907L % 1_000}"),
            () => Json(1_000_000, i => $"{i * 7_901L % 1_000}")),
    ];

    /// <summary>Makes objects of which each side changes 1 %, never the same ones.</summary>
    private static LargeArrays Changed(string name, int count, bool isKeyed)
    {
        return new(name, $"{count:N0} objects {(isKeyed ? "with" : "without")} keys, of which each side changes 1 %",
            () => Json(count, i => Element(i, 0)),
            () => Json(count, i => Element(i, i % 100 == 3 ? 1 : 0)),
            () => Json(count, i => Element(i, i % 100 == 53 ? 2 : 0)));

        string Element(int i, int value) => isKeyed
            ? $$"""{"id":"item-{{i}}","text":"some text number {{i}} for this element","value":{{value}}}"""
            : $$"""{"text":"some text number {{i}} for this element","title":"title {{i * 7_919L % 100_003}}","value":{{value}}}""";
    }

    private static byte[] Json(int count, Func<int, string> element) =>
        Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, count).Select(element))}]");
}
