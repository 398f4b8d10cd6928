using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Finds values that were deleted at one place and created at another, outside of what arrays have matched already.</summary>
internal static class Moves
{
    /// <summary>A value this long, in bytes of JSON, is not equal to one of another container by chance.</summary>
    public const int MinBytesElsewhere = 16;

    /// <summary>Makes one move of each such pair. Only values that went once and came once are paired: with more there would be no telling which is which.</summary>
    public static void Recognise(List<RawChange> changes)
    {
        Pair(changes, static change => new Content(change.At.Parent, Value(change)), static value => SaysSomething(value));
        Pair(changes, static change => new Content(null, Value(change)), static value => JsonMarshal.GetRawUtf8Value(value).Length >= MinBytesElsewhere);
    }

    private static void Pair(List<RawChange> changes, Func<RawChange, Content> content, Func<JsonElement, bool> counts)
    {
        var seen = new Dictionary<Content, Sightings>();
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].Operation is not (DiffOperation.Create or DiffOperation.Delete) || !counts(Value(changes[i]))) continue;
            ref var sightings = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, content(changes[i]), out _);
            if (changes[i].Operation is DiffOperation.Delete) (sightings.Deleted, sightings.Deletes) = (i, sightings.Deletes + 1);
            else (sightings.Created, sightings.Creates) = (i, sightings.Creates + 1);
        }

        var merged = new HashSet<int>();
        foreach (var pair in seen.Values)
        {
            if (pair is not { Deletes: 1, Creates: 1 }) continue;
            var (from, to) = (changes[pair.Deleted], changes[pair.Created]);
            changes[pair.Created] = new(DiffOperation.Move, to.At, from.Old, to.New, from.At);
            merged.Add(pair.Deleted);
        }

        if (merged.Count == 0) return;
        var index = 0;
        changes.RemoveAll(_ => merged.Contains(index++));
    }

    private static JsonElement Value(RawChange change) => change.Operation is DiffOperation.Create ? change.New : change.Old;

    /// <summary>Two members that are both empty, or both true, are no reason to speak of a renaming.</summary>
    private static bool SaysSomething(JsonElement value)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(value);
        return value.ValueKind switch
        {
            JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String => bytes.Length > 2,
            JsonValueKind.Number => !bytes.SequenceEqual("0"u8) && !bytes.SequenceEqual("1"u8),
            _ => false,
        };
    }

    private record struct Sightings(int Deleted, int Created, int Deletes, int Creates);

    /// <summary>A value, and the container that it must lie in; null = any.</summary>
    private readonly struct Content(Place? parent, JsonElement value) : IEquatable<Content>
    {
        private readonly Place? parent = parent;
        private readonly JsonElement value = value;

        public bool Equals(Content other) => ReferenceEquals(parent, other.parent) && SameBytes.Are(value, other.value);

        public override bool Equals([NotNullWhen(true)] object? obj) => obj is Content other && Equals(other);

        public override int GetHashCode() => SameBytes.Comparer.GetHashCode(value);
    }
}
