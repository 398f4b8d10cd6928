using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Memento.Workspaces;

namespace Memento.Samples.Fleet;

/// <summary>How long a text is, and which words and pairs of words it uses most. Grows line by line.</summary>
internal sealed partial class TextIndex(string path)
{
    private const int Shown = 10;

    private readonly Dictionary<string, int> _words = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _pairs = new(StringComparer.OrdinalIgnoreCase);
    private string? _before;

    public int Lines { get; private set; }

    public int Words { get; private set; }

    /// <summary>How far the work is, for whoever has to take it over.</summary>
    public JsonText Progress => JsonText.Parse(new JsonObject { ["lines"] = Lines, ["words"] = Words }.ToJsonString());

    public void Add(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Lines++;
            foreach (var match in Word().EnumerateMatches(line)) Add(line.Substring(match.Index, match.Length));
        }
    }

    public DocumentValue ToDocument() => DocumentValue.Json(System.Text.Encoding.UTF8.GetBytes(
        new JsonObject { ["path"] = path, ["lines"] = Lines, ["words"] = Words, ["frequentWords"] = Frequent(_words), ["frequentPairs"] = Frequent(_pairs) }.ToJsonString()));

    private void Add(string word)
    {
        Words++;
        _words[word] = _words.GetValueOrDefault(word) + 1;
        if (_before is not null) _pairs[$"{_before} {word}"] = _pairs.GetValueOrDefault($"{_before} {word}") + 1;
        _before = word;
    }

    private static JsonObject Frequent(Dictionary<string, int> counts) =>
        new(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.OrdinalIgnoreCase).Take(Shown).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));

    /// <summary>Three letters or more, and not endless ones.</summary>
    [GeneratedRegex(@"\p{L}{3,64}")]
    private static partial Regex Word();
}
