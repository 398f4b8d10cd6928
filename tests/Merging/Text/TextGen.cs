using System.Text;
using CsCheck;

namespace Memento.Tests.Merging.Text;

/// <summary>Small texts of few different lines, and edits of them: the less there is to tell lines apart, the more a merge has to choose.</summary>
internal static class TextGen
{
    private const int Kinds = 7;

    private static readonly Gen<int> Line = Gen.Int[0, Kinds - 1];

    private static readonly Gen<Func<List<int>, List<int>>> Change =
        from what in Gen.Int[0, 4]
        from at in Gen.Int[0, 40]
        from to in Gen.Int[0, 40]
        from length in Gen.Int[1, 5]
        from fresh in Line.List[1, 4]
        select (Func<List<int>, List<int>>)(old => Edited(old, what, at, to, length, fresh));

    private static readonly Gen<Func<List<int>, List<int>>> Changes = Change.Array[0, 5].Select(all => (Func<List<int>, List<int>>)(text => all.Aggregate(text, (t, change) => change(t))));

    /// <summary>A base and two edited versions of it, with either line end, and with or without one at the end.</summary>
    public static readonly Gen<(byte[] Base, byte[] Ours, byte[] Theirs)> Triple =
        from text in Line.List[0, 24]
        from ours in Changes
        from theirs in Changes
        from crLf in Gen.Int[0, 5]
        from unfinished in Gen.Int[0, 15]
        select (Bytes(text, crLf == 0, (unfinished & 1) != 0), Bytes(ours(text), crLf == 0, (unfinished & 2) != 0), Bytes(theirs(text), crLf is 0 or 1, (unfinished & 12) == 4));

    private static List<int> Edited(List<int> old, int what, int at, int to, int length, List<int> fresh)
    {
        var text = old.ToList();
        var start = at % (text.Count + 1);
        var block = text.GetRange(start, Math.Min(length, text.Count - start));
        if (what is 1 or 2 or 4) text.RemoveRange(start, block.Count);              // replaced, removed or moved
        if (what is 0 or 1) text.InsertRange(start, fresh);                         // added or replaced
        if (what is 3 or 4) text.InsertRange(to % (text.Count + 1), block);         // copied or moved
        return text;
    }

    private static byte[] Bytes(List<int> lines, bool crLf, bool unfinished)
    {
        var end = crLf ? "\r\n" : "\n";
        var text = string.Concat(lines.Select(line => (line == 0 ? "" : "line " + line) + end));
        return Encoding.UTF8.GetBytes(unfinished && text.Length > 0 ? text[..^end.Length] : text);
    }
}
