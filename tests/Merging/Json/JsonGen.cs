using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Memento.Tests.Merging.Json;

/// <summary>Small JSON values over few names and few scalars, so that edits of them meet often. In canonical form.</summary>
internal static class JsonGen
{
    private static readonly string[] Names = ["a", "b", "a/b~", "é", "id"];
    private static readonly string[] Scalars = ["null", "true", "false", "0", "1", "-2.5", "\"\"", "\"x\"", "\"[\""];

    private static readonly Gen<string> Scalar = Gen.Int[0, Scalars.Length - 1].Select(i => Scalars[i]);

    public static readonly Gen<string> Value = Gen.Recursive<string>((depth, inner) => depth >= 3 ? Scalar : Gen.Frequency((3, Scalar), (3, Object(inner)), (2, List(inner)), (1, Set(inner))));

    /// <summary>A value and two others that came out of it by replacing parts.</summary>
    public static readonly Gen<(string Base, string Ours, string Theirs)> Triple =
        from value in Value
        from ours in Edits
        from theirs in Edits
        select (value, ours.Aggregate(value, (v, edit) => edit(v)), theirs.Aggregate(value, (v, edit) => edit(v)));

    private static Gen<Func<string, string>[]> Edits =>
        (from way in Gen.Int[0, 1000].Array[3]
         from fresh in Value
         from what in Gen.Int[0, 2]
         select (Func<string, string>)(value => Canonical(Edited(JsonNode.Parse(value), way, 0, fresh, what)))).Array[0, 3];

    public static string Canonical(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(',', o.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":{Canonical(m.Value)}")) + "}",
        JsonArray a => "[" + string.Join(',', a.Select(Canonical)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    public static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static Gen<string> Object(Gen<string> inner) => Gen.Select(Gen.Int[0, Names.Length - 1].Select(i => Names[i]), inner).Array[0, 4]
        .Select(members => Canonical(new JsonObject(members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, JsonNode.Parse(m.Item2))))));

    private static Gen<string> List(Gen<string> inner) => inner.Array[0, 5].Select(elements => $"[{string.Join(',', elements)}]");

    private static Gen<string> Set(Gen<string> inner) => Gen.Select(Gen.Int[0, 6], inner).Array[0, 4]
        .Select(elements => $"[{string.Join(',', elements.DistinctBy(e => e.Item1).Select(e => $"{{\"id\":{e.Item1},\"v\":{e.Item2}}}"))}]");

    /// <summary>Goes down where <paramref name="way"/> points and replaces, adds or removes there.</summary>
    private static JsonNode? Edited(JsonNode? node, int[] way, int depth, string fresh, int what)
    {
        var step = depth < way.Length ? way[depth] : 0;
        switch (node)
        {
            case JsonObject { Count: > 0 } o:
                var name = o.Select(m => m.Key).Order(StringComparer.Ordinal).ElementAt(step % o.Count);
                var child = o[name];
                o.Remove(name);
                if (depth + 1 < way.Length && child is JsonObject or JsonArray) o[name] = Edited(child.DeepClone(), way, depth + 1, fresh, what);
                else if (what == 0) o[name] = JsonNode.Parse(fresh);
                else if (what == 1) (o[name], o["new" + step % 3]) = (child, JsonNode.Parse(fresh));
                return o;
            case JsonArray { Count: > 0 } a:
                var index = step % a.Count;
                var element = a[index];
                if (depth + 1 < way.Length && element is JsonObject or JsonArray) a[index] = Edited(element.DeepClone(), way, depth + 1, fresh, what);
                else if (what == 0) a[index] = JsonNode.Parse(fresh);
                else if (what == 1) a.Insert(index, JsonNode.Parse(fresh));
                else a.RemoveAt(index);
                return a;
            default:
                return JsonNode.Parse(fresh);
        }
    }
}
