using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Workspaces;
using Merging;
using Merging.Json;

namespace Memento.Rollback;

/// <summary>Tells the conflicts of a merge in the terms of a rollback.</summary>
public static class ConflictPlaces
{
    /// <summary>Places that are told of one document.</summary>
    private const int MaxPlaces = 100;

    /// <summary>Longest value that is told, in bytes.</summary>
    private const int MaxValue = 16 * 1024;

    /// <summary>The first 100 open places of a merge.</summary>
    public static ImmutableArray<ConflictPlace> Of(DocumentMerge merge) => [.. merge.Open.Take(MaxPlaces).Select(Of)];

    /// <summary>The first 100 places of a document that policies settled.</summary>
    public static ImmutableArray<SettledPlace> Settled(DocumentKey key, DocumentMerge merge)
    {
        var settled = merge.Settled.Select(conflict =>
            new SettledPlace(key.ToString(), DocumentMerge.PlaceOf(conflict), StrategyName(conflict.Rule!.Strategy!.Value), conflict.Why));
        var merged = merge.ByPolicy.Select(applied => new SettledPlace(key.ToString(), applied.Path, RuleName(applied.Rule), "Both sides changed the place."));
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
        if (conflict[side] is not { } bytes || bytes.Length > MaxValue) return null;
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
            return false;   // the value of a document that is no JSON
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
        MergeConflictKind.MissingTarget => PlaceConflict.RemovedAndChanged,
        MergeConflictKind.TypeMismatch => PlaceConflict.ChangedType,
        MergeConflictKind.AddedByBoth => PlaceConflict.AddedByBoth,
        MergeConflictKind.MadeAnew => PlaceConflict.MadeAnew,
        MergeConflictKind.Renamed => PlaceConflict.Renamed,
        MergeConflictKind.Reordered => PlaceConflict.Reordered,
        MergeConflictKind.InsertedAtOnePlace => PlaceConflict.InsertedAtOnePlace,
        MergeConflictKind.NotMatched => PlaceConflict.NotMatched,
        _ => PlaceConflict.ChangedByBoth,
    };

    private static PlaceScope ScopeOf(ConflictScope scope) => scope switch
    {
        ConflictScope.Elements => PlaceScope.Elements,
        ConflictScope.Members => PlaceScope.Members,
        ConflictScope.Order => PlaceScope.Order,
        _ => PlaceScope.Value,
    };

    private static string RuleName(SafeRule rule) => rule switch
    {
        SafeRule.Set => "set",
        SafeRule.Max => "max",
        _ => "text",
    };

    private static string StrategyName(ConflictSettling strategy) => strategy switch
    {
        ConflictSettling.Ours => "skip",
        ConflictSettling.Theirs => "overwrite",
        ConflictSettling.Newer => "prefer-newer",
        ConflictSettling.Larger => "prefer-larger",
        ConflictSettling.Union => "union",
        ConflictSettling.Max => "max",
        ConflictSettling.Text => "text",
        _ => "ask_user",
    };
}
