using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Workspaces;
using Merging;

namespace Memento.Rollback;

/// <summary>Describes the conflicts of a merge in the terms of a rollback.</summary>
public static class ConflictPlaces
{
    /// <summary>Places of a document up to which conflicts are described.</summary>
    private const int MaxPlaces = 100;

    /// <summary>Bytes up to which a value is shown.</summary>
    private const int MaxValueBytes = 16 * 1024;

    /// <summary>Returns the first 100 open places of a merge.</summary>
    public static ImmutableArray<ConflictPlace> Of(DocumentMerge merge) => [.. merge.Open.Take(MaxPlaces).Select(Of)];

    /// <summary>Returns the first 100 places of a document that policies settled.</summary>
    public static ImmutableArray<SettledPlace> Settled(DocumentKey key, DocumentMerge merge)
    {
        var settled = from conflict in merge.Settled
                      let strategy = MergePolicySet.StrategyOf(conflict.Rule!.Strategy!.Value)
                      let name = NamedEnumConverter<MergePolicyStrategy>.NameOf(strategy)
                      select new SettledPlace(key.ToString(), DocumentMerge.PlaceOf(conflict), name, conflict.Why);
        var merged = from applied in merge.ByPolicy
                     select new SettledPlace(key.ToString(), applied.Path, RuleName(applied.Rule), "Both sides changed the place.");
        return [.. settled.Concat(merged).Take(MaxPlaces)];
    }

    private static ConflictPlace Of(MergeConflict conflict) => new()
    {
        Path = DocumentMerge.PlaceOf(conflict),
        Kind = KindOf(conflict.Kind),
        Scope = conflict.Lines is not null ? PlaceScope.Lines : ScopeOf(conflict.Scope),
        Reason = conflict.Why,
        Base = Show(conflict, MergeSide.Base),
        Current = Show(conflict, MergeSide.Ours),
        Rollback = Show(conflict, MergeSide.Theirs),
        NotShown = NotShown(conflict),
    };

    /// <summary>The versions that have a value which is too long, or no text.</summary>
    private static ImmutableArray<string> NotShown(MergeConflict conflict)
    {
        ImmutableArray<string> names = [.. from side in new[] { MergeSide.Base, MergeSide.Ours, MergeSide.Theirs }
                                           where conflict[side] is not null && Show(conflict, side) is null
                                           select side switch { MergeSide.Base => "base", MergeSide.Ours => "current", _ => "rollback" }];
        return names.IsEmpty ? default : names;
    }

    private static JsonText? Show(MergeConflict conflict, MergeSide side)
    {
        if (conflict[side] is not { } bytes || bytes.Length > MaxValueBytes) return null;
        if (conflict.Lines is null && IsJson(bytes.Span)) return new(Encoding.UTF8.GetString(bytes.Span));
        return TextOf(bytes.Span) is { } text ? new(JsonSerializer.Serialize(text, MementoJson.Default.String)) : null;
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read()) { }
            return !bytes.IsEmpty;
        }
        catch (JsonException)
        {
            return false;   // the document is not JSON
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static PlaceConflict KindOf(MergeConflictKind kind) => kind switch
    {
        MergeConflictKind.ValueMismatch => PlaceConflict.ChangedByBoth,
        MergeConflictKind.MissingTarget => PlaceConflict.RemovedAndChanged,
        MergeConflictKind.TypeMismatch => PlaceConflict.ChangedType,
        MergeConflictKind.AddedByBoth => PlaceConflict.AddedByBoth,
        MergeConflictKind.MadeAnew => PlaceConflict.MadeAnew,
        MergeConflictKind.Renamed => PlaceConflict.Renamed,
        MergeConflictKind.Reordered => PlaceConflict.Reordered,
        MergeConflictKind.InsertedAtOnePlace => PlaceConflict.InsertedAtOnePlace,
        MergeConflictKind.NotMatched => PlaceConflict.NotMatched,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind."),
    };

    private static PlaceScope ScopeOf(ConflictScope scope) => scope switch
    {
        ConflictScope.Value => PlaceScope.Value,
        ConflictScope.Elements => PlaceScope.Elements,
        ConflictScope.Members => PlaceScope.Members,
        ConflictScope.Order => PlaceScope.Order,
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "Unknown scope."),
    };

    private static string RuleName(SafeRule rule) => rule switch
    {
        SafeRule.Set => "set",
        SafeRule.Max => "max",
        SafeRule.TextLines => "text",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "No policy asks for this rule."),
    };
}
