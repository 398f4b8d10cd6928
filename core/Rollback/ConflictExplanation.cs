using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Workspaces;
using Merging.Json;

namespace Memento.Rollback;

/// <summary>Says what a conflict is about and how it can be settled.</summary>
public static class ConflictExplanation
{
    private const int SureEnough = 80;
    private const int MaxShown = 64 * 1024;

    /// <param name="conflict">The conflict.</param>
    /// <param name="undone">The version that the rollback undoes.</param>
    /// <param name="current">The current document.</param>
    /// <param name="before">The document that the rollback would bring back.</param>
    /// <param name="policies">Options from the merge policies that match the document; null = no policy matches.</param>
    /// <param name="runs">The merges of the runs that the rollback undoes, newest first, if there are several; empty = not known.</param>
    public static ConflictDetails Of(
        ConflictView conflict, DocumentValue? undone, DocumentValue? current, DocumentValue? before, JsonMergeOptions? policies = null,
        ImmutableArray<DocumentMerge> runs = default)
    {
        var merge = DocumentMerge.Of(conflict.Key, undone, current, before, policies, madeAnew: conflict.IsMadeAnew);
        var hasSmart = merge.HasSmart && conflict.CanMerge;
        var options = ImmutableArray.CreateBuilder<ConflictOption>();
        if (hasSmart)
            options.Add(new() { Choice = ConflictChoice.SmartMerge, Description = "What both agree on, and a rule where they do not.", Preview = Show(merge.Value), Confidence = merge.Confidence });
        var rest = hasSmart ? 100 - merge.Confidence : 100;   // somebody who does not take the merge takes one side; nothing is known of which
        options.Add(new() { Choice = ConflictChoice.KeepCurrent, Description = current is null ? "It stays deleted." : "It stays as it is; the rollback leaves it out.", Preview = Show(current), Confidence = rest / 2 });
        options.Add(new()
        {
            Choice = ConflictChoice.UseRollback, Description = before is null ? "It goes, as before what is undone; later work on it is lost." : "It becomes what it was before what is undone; later work on it is lost.",
            Preview = Show(before), Confidence = rest / 2,
        });
        options.Add(new() { Choice = ConflictChoice.Value, Description = "A value of your own.", Confidence = 0 });
        return new()
        {
            Conflict = conflict,
            BaseValue = Show(undone),
            CurrentValue = Show(current),
            RollbackValue = Show(before),
            Diff = VisualDiff.Compare(current?.Content ?? [], before?.Content ?? []),
            Options = options.ToImmutable(),
            Places = conflict.Type is ConflictType.Dependency or ConflictType.PermissionDenied ? []
                : conflict.SeveralRuns ? ConflictPlaces.OfRuns(runs) : ConflictPlaces.Of(merge),
            Recommended = hasSmart && merge.Confidence >= SureEnough ? ConflictChoice.SmartMerge : ConflictChoice.KeepCurrent,
        };
    }

    /// <summary>JSON as it is, text in quotation marks; null for what is not there, is no text, or is too long to show.</summary>
    public static JsonText? Show(DocumentValue? value)
    {
        if (value is null || value.Content.Length > MaxShown) return null;
        if (value.IsJson) return new(Encoding.UTF8.GetString(value.Content));
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(value.Content);
            return new(JsonSerializer.Serialize(text, MementoJson.Default.String));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
