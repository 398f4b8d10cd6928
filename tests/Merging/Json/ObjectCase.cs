using System.Collections.Immutable;
using CsCheck;

namespace Memento.Tests.Merging.Json;

/// <summary>An object of scalars and two changed versions of it. A number below 0 stands for an absent member.</summary>
internal sealed record ObjectCase(ImmutableArray<int> Base, ImmutableArray<int> Ours, ImmutableArray<int> Theirs)
{
    private static readonly string[] Values = ["null", "0", "\"\"", "\"x\"", "false", "2.5"];

    public static readonly ImmutableArray<string> Names = ["a", "b", "c", "d"];

    public static Gen<ObjectCase> Any { get; } =
        from members in Member.Array[Names.Length]
        from ours in Side
        from theirs in Side
        select new ObjectCase([.. members], Edited(members, ours), Edited(members, theirs));

    public string BaseJson => Json(Base);

    public string OurJson => Json(Ours);

    public string TheirJson => Json(Theirs);

    private static Gen<int> Member => Gen.Int[-1, Values.Length - 1];

    private static Gen<(int At, int Value)[]> Side => Gen.Select(Gen.Int[0, Names.Length - 1], Member).Array[0, 3];

    /// <summary>The value that the side which changed it gave a member; null if both changed it, each in its own way.</summary>
    public (string? Value, bool IsSame)? Choose(string name)
    {
        var at = Names.IndexOf(name);
        var (was, our, their) = (Base[at], Ours[at], Theirs[at]);
        return our == their ? (Text(our), true) : was == our ? (Text(their), false) : was == their ? (Text(our), false) : null;
    }

    public override string ToString() => $"base   {BaseJson}\nours   {OurJson}\ntheirs {TheirJson}";

    private static string? Text(int value) => value < 0 ? null : Values[value];

    private static ImmutableArray<int> Edited(int[] members, (int At, int Value)[] edits)
    {
        var edited = members.ToArray();
        foreach (var (at, value) in edits) edited[at] = value;
        return [.. edited];
    }

    private static string Json(ImmutableArray<int> members) =>
        $"{{{string.Join(',', Names.Zip(members).Where(m => m.Second >= 0).Select(m => $"\"{m.First}\":{Values[m.Second]}"))}}}";
}
