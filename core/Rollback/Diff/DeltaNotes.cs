using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>What a comparison has found so far.</summary>
internal sealed class DeltaNotes(int maxChanges)
{
    private readonly ImmutableArray<DiffOmission>.Builder omissions = ImmutableArray.CreateBuilder<DiffOmission>();
    private int ignored, tolerated;

    public List<RawChange> Changes { get; } = [];

    public void Add(RawChange change) => Changes.Add(change);

    public void Omit(Place at, OmissionReason reason, bool gone = false)
    {
        if (reason is OmissionReason.Ignored) ignored++;
        else tolerated++;
        if (omissions.Count < JsonDelta.MaxListedOmissions) omissions.Add(new(gone ? at.PathBefore() : at.PathAfter(), reason));
    }

    /// <summary>Only changes that are kept become text: values can be large.</summary>
    public JsonDelta ToDelta()
    {
        var kept = Math.Min(Changes.Count, maxChanges);
        var changes = ImmutableArray.CreateBuilder<JsonChange>(kept);
        foreach (var change in CollectionsMarshal.AsSpan(Changes)[..kept]) changes.Add(Worded(change));
        for (var i = kept; i < Changes.Count && omissions.Count < JsonDelta.MaxListedOmissions; i++) omissions.Add(new(Changes[i].Path, OmissionReason.TooMany));

        return new()
        {
            Changes = changes.MoveToImmutable(),
            Omissions = omissions.ToImmutable(),
            IgnoredCount = ignored,
            ToleratedCount = tolerated,
            DroppedCount = Changes.Count - kept,
            TruncatedCount = Changes.Take(kept).Count(change => change.Truncated),
        };
    }

    private static JsonChange Worded(RawChange change)
    {
        var old = change.Operation is DiffOperation.Create ? null : Text(change.Old);
        return new()
        {
            Operation = change.Operation,
            Path = change.Path,
            From = change.Operation switch
            {
                DiffOperation.Move => change.Origin!.PathBefore(),
                DiffOperation.Update when change.At.Shifted => change.At.PathBefore(),
                _ => null,
            },
            OldValue = old,
            NewValue = change.Operation is DiffOperation.Delete ? null : old is not null && SameBytes.Are(change.Old, change.New) ? old : Text(change.New),
            Truncated = change.Truncated,
        };
    }

    private static JsonText Text(JsonElement value) => new(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)));
}
