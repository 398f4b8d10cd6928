using System.Runtime.InteropServices;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>A change before it becomes text.</summary>
/// <param name="Origin">Where the value was, if it moved; may be <paramref name="At"/> itself, which knows both indexes.</param>
internal readonly record struct RawChange(DiffOperation Operation, Place At, JsonElement Old, JsonElement New, Place? Origin = null, bool Truncated = false)
{
    public string Path => Operation is DiffOperation.Delete ? At.PathBefore() : At.PathAfter();
}

/// <summary>One run of <see cref="JsonDiff.Compare"/>: walks both documents where they differ and notes what it finds.</summary>
internal sealed class Comparison(DiffOptions options)
{
    private readonly PathRules rules = new(options);
    private readonly ArrayMatcher arrays = new(options.ArrayIds);
    private readonly DeltaNotes notes = new(options.MaxChanges);

    public JsonDelta Run(JsonElement before, JsonElement after)
    {
        Compare(before, after, Place.Root, rules.Root);
        Moves.Recognise(notes.Changes);
        return notes.ToDelta();
    }

    private void Compare(JsonElement before, JsonElement after, Place at, PathRules.Stand? stand)
    {
        if (SameBytes.Are(before, after)) return;
        if (stand is { Ignored: true })
        {
            notes.Omit(at, OmissionReason.Ignored);
            return;
        }

        if (stand is not null && stand.Comparers.Any(comparer => comparer.AreEqual(before, after)))
        {
            notes.Omit(at, OmissionReason.Tolerated);
            return;
        }

        var nested = before.ValueKind == after.ValueKind && before.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        if (!nested || at.Depth >= options.MaxDepth) notes.Add(new(DiffOperation.Update, at, before, after, Truncated: nested));
        else if (before.ValueKind is JsonValueKind.Object) Members(before, after, at, stand);
        else Elements(before, after, at, stand);
    }

    private void Members(JsonElement before, JsonElement after, Place at, PathRules.Stand? stand)
    {
        using var x = before.EnumerateObject();
        using var y = after.EnumerateObject();
        var (moreX, moreY) = (x.MoveNext(), y.MoveNext());
        while (moreX || moreY)
        {
            var order = !moreX ? 1 : !moreY ? -1 : Order(x.Current, y.Current);
            if (order == 0)
            {
                if (!SameBytes.Are(x.Current.Value, y.Current.Value))
                {
                    var name = y.Current.Name;
                    Compare(x.Current.Value, y.Current.Value, at.Member(name), rules.Down(stand, name));
                }
            }
            else
            {
                var (name, operation) = order < 0 ? (x.Current.Name, DiffOperation.Delete) : (y.Current.Name, DiffOperation.Create);
                OnOneSide(operation, order < 0 ? x.Current.Value : y.Current.Value, at.Member(name), rules.Down(stand, name));
            }

            if (order <= 0) moreX = x.MoveNext();
            if (order >= 0) moreY = y.MoveNext();
        }
    }

    /// <summary>Equal names have equal bytes, which is the common case; only others are decoded, because UTF-8 sorts some characters otherwise than UTF-16 does.</summary>
    private static int Order(JsonProperty x, JsonProperty y) =>
        JsonMarshal.GetRawUtf8PropertyName(x).SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(y)) ? 0 : string.CompareOrdinal(x.Name, y.Name);

    private void Elements(JsonElement before, JsonElement after, Place at, PathRules.Stand? stand)
    {
        JsonElement[] all = [.. before.EnumerateArray()], others = [.. after.EnumerateArray()];
        var (start, endX, endY) = (0, all.Length, others.Length);
        while (start < endX && start < endY && SameBytes.Are(all[start], others[start])) start++;
        while (endX > start && endY > start && SameBytes.Are(all[endX - 1], others[endY - 1])) (endX, endY) = (endX - 1, endY - 1);
        ReadOnlySpan<JsonElement> x = all.AsSpan(start..endX), y = others.AsSpan(start..endY);

        var match = arrays.Match(x, y);
        var (i, j) = (0, 0);
        while (i < x.Length || j < y.Length)
        {
            var end = j;
            while (end < y.Length && !match.Stays[end]) end++;
            var last = end < y.Length ? match.OfAfter[end] : x.Length;
            for (; i < last; i++)
                if (match.OfBefore[i] < 0) OnOneSide(DiffOperation.Delete, x[i], at.Element(start + i, -1), rules.Down(stand, start + i));
            for (; j < end; j++)
            {
                if (match.OfAfter[j] is >= 0 and var origin) Moved(x[origin], y[j], at.Element(start + origin, start + j), rules.Down(stand, start + j));
                else OnOneSide(DiffOperation.Create, y[j], at.Element(-1, start + j), rules.Down(stand, start + j));
            }

            if (end < y.Length && !SameBytes.Are(x[last], y[end])) Compare(x[last], y[end], at.Element(start + last, start + end), rules.Down(stand, start + end));
            (i, j) = (last + 1, end + 1);
        }
    }

    private void Moved(JsonElement before, JsonElement after, Place at, PathRules.Stand? stand)
    {
        if (stand is { Ignored: true })
        {
            notes.Omit(at, OmissionReason.Ignored);
            return;
        }

        notes.Add(new(DiffOperation.Move, at, before, after, at));
        Compare(before, after, at, stand);
    }

    private void OnOneSide(DiffOperation operation, JsonElement value, Place at, PathRules.Stand? stand)
    {
        if (stand is { Ignored: true }) notes.Omit(at, OmissionReason.Ignored, gone: operation is DiffOperation.Delete);
        else notes.Add(operation is DiffOperation.Delete ? new(operation, at, value, default) : new(operation, at, default, value));
    }
}
