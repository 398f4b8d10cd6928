using System.Collections.Immutable;
using System.Text.Json;
using Orleans;

namespace Memento.Rollback;

/// <summary>A change in words, or several alike.</summary>
[GenerateSerializer, Immutable, Alias("memento.SemanticChange")]
public sealed record SemanticChange
{
    /// <summary>One short English sentence without a full stop, e.g. <c>price of item id=7 rose from 10 to 12 (+20 %)</c>.</summary>
    [Id(0)] public required string Sentence { get; init; }

    [Id(1)] public required DiffOperation Operation { get; init; }

    /// <summary>Path of the change; of several alike that of the first.</summary>
    [Id(2)] public required string Path { get; init; }

    /// <summary>How many changes the sentence stands for.</summary>
    [Id(3)] public required int Count { get; init; }
}

/// <summary>How changes become words.</summary>
public sealed record SemanticOptions
{
    /// <summary>Most sentences, 1–10,000, default 100.</summary>
    public int MaxSentences { get; init; } = 100;

    /// <summary>From how many changes that are alike one sentence stands for all, 2 or more, default 5.</summary>
    public int GroupFrom { get; init; } = 5;

    /// <summary>Most characters of a value that are shown, 8–1,000, default 40.</summary>
    public int MaxValueLength { get; init; } = 40;

    /// <summary>Members that name an element of an array, as in <see cref="DiffOptions.ArrayIds"/>.</summary>
    public ImmutableArray<string> ArrayIds { get => field.IsDefault ? [] : field; init; } = DiffOptions.Exact.ArrayIds;

    /// <summary>Every option that breaks a rule.</summary>
    public ImmutableArray<FieldError> Problems()
    {
        var found = ImmutableArray.CreateBuilder<FieldError>();
        Range("maxSentences", MaxSentences, 1, 10_000);
        Range("groupFrom", GroupFrom, 2, int.MaxValue);
        Range("maxValueLength", MaxValueLength, 8, 1_000);
        return found.ToImmutable();

        void Range(string field, int value, int least, int most)
        {
            if (value < least || value > most) found.Add(new(field, $"is {value}; must be from {least} to {most}"));
        }
    }
}

/// <summary>What changed, in words.</summary>
[GenerateSerializer, Immutable, Alias("memento.SemanticDiff")]
public sealed record SemanticDiff
{
    /// <summary>In the order of the changes; several alike stand where the first of them was.</summary>
    [Id(0)] public ImmutableArray<SemanticChange> Changes { get => field.IsDefault ? [] : field; init; }

    /// <summary>Changes that no sentence tells: there were too many sentences, or they are not in the delta.</summary>
    [Id(1)] public required int MoreChanges { get; init; }

    /// <summary>
    /// Describes a delta of two canonical documents. The documents tell what a path alone does not: which steps are indexes, and which ids the elements have.
    /// </summary>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: an option breaks its rule. <c>DIFF_MISMATCH</c>: the delta is not of these documents.</exception>
    /// <exception cref="JsonException">A document is not well-formed.</exception>
    public static SemanticDiff Describe(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, JsonDelta delta, SemanticOptions? options = null)
    {
        options ??= new();
        if (options.Problems() is { IsEmpty: false } problems) throw new MementoException(Refusal.Invalid(problems));
        if (ChangeTree.Before(delta) is not { } going || ChangeTree.After(delta) is not { } coming) throw Mismatch("its paths do not go together");

        using var from = JsonDocument.Parse(before, JsonDiff.Reading);
        using var to = JsonDocument.Parse(after, JsonDiff.Reading);
        var (origins, subjects) = (new Subject?[delta.Changes.Length], new Subject?[delta.Changes.Length]);
        Find(from.RootElement, going, Subject.Document, origins, options.ArrayIds);
        Find(to.RootElement, coming, Subject.Document, subjects, options.ArrayIds);

        var words = new ChangeWords(options.MaxValueLength);
        var groups = new Dictionary<(DiffOperation, string), List<Told>>();
        var order = new List<List<Told>>();
        for (var i = 0; i < delta.Changes.Length; i++)
        {
            var change = delta.Changes[i];
            var subject = change.Operation is DiffOperation.Delete ? origins[i] : subjects[i];
            if (subject is null) throw Mismatch($"nothing is at {Quoted.Text(change.Path)}");
            var told = new Told(change, subject, change.Operation is DiffOperation.Move ? origins[i] : null);
            if (told.GroupKey is not { } key) order.Add([told]);
            else if (groups.TryGetValue((change.Operation, key), out var group)) group.Add(told);
            else order.Add(groups[(change.Operation, key)] = [told]);
        }

        var sentences = ImmutableArray.CreateBuilder<SemanticChange>();
        foreach (var (told, count) in order.SelectMany(group => group.Count >= options.GroupFrom ? [(group, group.Count)] : group.Select(one => (Alike: (List<Told>)[one], Count: 1))))
        {
            if (sentences.Count == options.MaxSentences) break;
            var first = told[0].Change;
            sentences.Add(new() { Sentence = count == 1 ? words.One(told[0]) : words.Many(told), Operation = first.Operation, Path = first.Path, Count = count });
        }

        return new() { Changes = sentences.ToImmutable(), MoreChanges = delta.Changes.Length + delta.DroppedCount - sentences.Sum(sentence => sentence.Count) };
    }

    private static MementoException Mismatch(string why) => new(Refusal.Of(RefusalKind.Conflict, Codes.DiffMismatch, $"The diff does not fit these documents: {why}."));

    /// <summary>Enters what the changes below a place are about.</summary>
    private static void Find(JsonElement value, ChangeTree node, Subject at, Subject?[] subjects, ImmutableArray<string> ids)
    {
        if (node.Passage >= 0) subjects[node.Passage] = at;
        if (node.Update >= 0) subjects[node.Update] = at;
        if (node.Children.Count == 0) return;
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                if (node.Child(member.Name) is { } child) Find(member.Value, child, at.Member(member.Name), subjects, ids);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            var (byIndex, index) = (node.ByIndex(), -1);
            foreach (var element in value.EnumerateArray())
                if (byIndex.TryGetValue(++index, out var child)) Find(element, child, at.Element(index, element, ids), subjects, ids);
        }
    }
}
