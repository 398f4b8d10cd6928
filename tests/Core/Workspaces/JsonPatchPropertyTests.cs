using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

/// <summary>Patches against a plain model that copies and rewrites everything.</summary>
public sealed class JsonPatchPropertyTests
{
    private static readonly Gen<(int Kind, int Index, int Value)[]> Edits = Gen.Select(Gen.Int[0, 9], Gen.Int[0, int.MaxValue], Gen.Int).Array[1, 300];

    [Fact]
    public void Long_arrays_change_as_lists_do() => Gen.Select(Gen.Int[0, 3_000], Edits).Sample((length, edits) =>
    {
        var list = Enumerable.Range(0, length).ToList();
        var document = Bytes(list);
        var patch = new JsonArray();
        foreach (var (kind, index, value) in edits)
        {
            var at = index % (list.Count + 1);
            if (kind < 4 || at == list.Count)
            {
                patch.Add(new JsonObject { ["op"] = "add", ["path"] = at == list.Count && kind % 2 == 0 ? "/-" : $"/{at}", ["value"] = value });
                list.Insert(at, value);
            }
            else if (kind < 7)
            {
                patch.Add(new JsonObject { ["op"] = "remove", ["path"] = $"/{at}" });
                list.RemoveAt(at);
            }
            else if (kind < 8)
            {
                patch.Add(new JsonObject { ["op"] = "replace", ["path"] = $"/{at}", ["value"] = value });
                list[at] = value;
            }
            else
            {
                var moved = list[at];
                patch.Add(new JsonObject { ["op"] = "move", ["from"] = $"/{at}", ["path"] = $"/{list.Count - 1 - at}" });
                list.RemoveAt(at);
                list.Insert(list.Count - at, moved);
            }
        }

        Assert.Equal(Encoding.UTF8.GetString(Bytes(list)), Encoding.UTF8.GetString(JsonPatch.Apply(document, Encoding.UTF8.GetBytes(patch.ToJsonString()))));
    }, iter: 200);

    [Fact]
    public void Large_objects_change_as_dictionaries_do() => Gen.Select(Gen.Int[0, 1_000], Edits).Sample((length, edits) =>
    {
        var members = Enumerable.Range(0, length).ToDictionary(Name, _ => 0);
        var document = Bytes(members);
        var patch = new JsonArray();
        foreach (var (kind, index, value) in edits)
        {
            var name = Name(index % 2_000);
            var path = JsonPointer.Of(name).ToString();
            if (!members.TryGetValue(name, out var now) || kind < 5)
            {
                patch.Add(new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = value });
                members[name] = value;
            }
            else
            {
                patch.Add(new JsonObject { ["op"] = "test", ["path"] = path, ["value"] = now });
                patch.Add(new JsonObject { ["op"] = "remove", ["path"] = path });
                members.Remove(name);
            }
        }

        Assert.Equal(Encoding.UTF8.GetString(Bytes(members)), Encoding.UTF8.GetString(JsonPatch.Apply(document, Encoding.UTF8.GetBytes(patch.ToJsonString()))));

        static string Name(int i) => $"{"a~/\"\\\né🦀\uFFFD"[i % 8]}".Replace('\ud83e', 'x') + i.ToString(CultureInfo.InvariantCulture);
    }, iter: 200);

    [Fact]
    public void The_result_is_canonical() => Gen.Select(JsonGen.Object, JsonGen.Value, JsonGen.Text, JsonGen.Text, Gen.Int).Sample((document, value, one, other, seed) =>
    {
        var random = new Random(seed);
        var add = $$$"""{"op":"add","path":"","value":{"x":{{{JsonGen.Write(document, random)}}}}}""";
        var patch = new JsonArray(
            new JsonObject { ["op"] = "add", ["path"] = JsonPointer.Of("x", one).ToString(), ["value"] = JsonNode.Parse(JsonGen.Write(value, random)) },
            new JsonObject { ["op"] = "copy", ["from"] = "/x", ["path"] = JsonPointer.Of("x", other).ToString() },
            new JsonObject { ["op"] = "move", ["from"] = JsonPointer.Of("x", other).ToString(), ["path"] = "/y" }).ToJsonString();

        var result = JsonPatch.Apply("[]"u8.ToArray(), Encoding.UTF8.GetBytes($"[{add},{patch[1..]}"));

        Assert.Equal(Encoding.UTF8.GetString(CanonicalJson.Of(result)), Encoding.UTF8.GetString(result));
    }, iter: 300);

    private static byte[] Bytes<T>(T value) => CanonicalJson.Of(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value));
}
