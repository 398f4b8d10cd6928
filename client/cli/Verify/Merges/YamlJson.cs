using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Memento.Cli.Verify.Merges;

/// <summary>
/// Reads YAML as JSON: plain scalars by the core schema of YAML 1.2, names of members as their text, aliases as copies of their targets.
/// A node with a tag of its own becomes an object with one member, the tag: <c>!Ref x</c> is <c>{"!Ref":"x"}</c>.
/// </summary>
internal sealed class YamlJson
{
    /// <summary>Bytes of JSON that aliases may expand to.</summary>
    private const int MaxLength = 64 * 1024 * 1024;

    private const string CoreTags = "tag:yaml.org,2002:";

    /// <summary>Tags of scalars that are not strings.</summary>
    private static readonly string[] TypeTags = [CoreTags + "int", CoreTags + "float", CoreTags + "bool", CoreTags + "null"];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Dictionary<string, Range> _anchors = new(StringComparer.Ordinal);
    private readonly IParser _parser;

    private YamlJson(IParser parser) => _parser = parser;

    /// <summary>JSON of each document.</summary>
    /// <exception cref="YamlException">The content is not YAML.</exception>
    /// <exception cref="UnreadableFileException">JSON has no such value.</exception>
    public static List<byte[]> Read(ReadOnlySpan<byte> content)
    {
        var parser = new Parser(new StringReader(Strict.GetString(LenientJson.WithoutMark(content))));
        var documents = new List<byte[]>();
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            var document = new YamlJson(parser);
            document.WriteNode(0);
            documents.Add(document._json.WrittenSpan.ToArray());
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private void WriteNode(int depth)
    {
        if (_json.WrittenCount > MaxLength) throw Refused("Its aliases expand to too much.");
        var start = _json.WrittenCount;
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            WriteAlias(alias);
            return;
        }

        if (!_parser.Accept<NodeEvent>(out var node)) throw Refused("A value is missing.");
        if (depth >= CanonicalJson.MaxDepth && node is not Scalar) throw LenientJson.TooDeep();
        var tag = OwnTag(node.Tag);
        if (tag is not null) WriteName("{", tag);
        if (_parser.TryConsume<Scalar>(out var scalar)) Write(Json(scalar));
        else if (_parser.TryConsume<SequenceStart>(out _)) WriteSequence(depth);
        else WriteMapping(depth);
        if (tag is not null) Write("}");
        Remember(node.Anchor, start);
    }

    private void WriteSequence(int depth)
    {
        var separator = "";
        Write("[");
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            Write(separator);
            separator = ",";
            WriteNode(depth + 1);
        }

        Write("]");
    }

    private void WriteMapping(int depth)
    {
        _parser.Consume<MappingStart>();
        var separator = "";
        Write("{");
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var name)) throw Refused("The name of a member is no scalar.");
            Write(separator);
            var start = _json.WrittenCount;
            Write(Text(name.Value));
            Remember(name.Anchor, start);
            Write(":");
            separator = ",";
            WriteNode(depth + 1);
        }

        Write("}");
    }

    private void WriteAlias(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var range)) throw Refused($"The alias {name} names nothing that is complete.");
        _json.Write(_json.WrittenSpan[range]);
    }

    private void Remember(AnchorName anchor, int start)
    {
        if (!anchor.IsEmpty) _anchors[anchor.Value] = start.._json.WrittenCount;
    }

    private void WriteName(string before, string name) => Write($"{before}{Text(name)}:");

    private void Write(string json) => Encoding.UTF8.GetBytes(json, _json);

    private static string Json(Scalar scalar)
    {
        var isPlain = scalar.Style is ScalarStyle.Plain && (scalar.Tag.IsEmpty || scalar.Tag.Value == "?");
        var isTypedByTag = !scalar.Tag.IsEmpty && Array.IndexOf(TypeTags, scalar.Tag.Value) >= 0;
        return (isPlain || isTypedByTag ? YamlScalars.Json(scalar.Value) : null) ?? Text(scalar.Value);
    }

    /// <summary>The tag of a node, unless the tag is one of the core schema, whose values JSON has.</summary>
    private static string? OwnTag(TagName tag)
    {
        if (tag.IsEmpty || tag.IsNonSpecific) return null;
        var isCore = tag.Value is CoreTags + "str" or CoreTags + "map" or CoreTags + "seq" || Array.IndexOf(TypeTags, tag.Value) >= 0;
        return isCore ? null : tag.Value;
    }

    private static string Text(string value)
    {
        try
        {
            return $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
        }
        catch (ArgumentException)
        {
            throw Refused("A string has half a surrogate pair.");
        }
    }

    private static UnreadableFileException Refused(string message) => new(FileProblem.Refused, message);
}
