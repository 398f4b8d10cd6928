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
    public static ImmutableArray<ConflictPlace> Of(DocumentMerge merge) =>
        [.. merge.Open.Take(MaxPlaces).Select(conflict => Of(merge, conflict))];

    /// <summary>Returns the first 100 open places of the merges of several runs, newest run first.</summary>
    public static ImmutableArray<ConflictPlace> OfRuns(ImmutableArray<DocumentMerge> runs) => runs.IsDefault ? []
        : [.. runs.SelectMany((merge, i) => Of(merge).Select(place => place with { Run = i + 1 })).Take(MaxPlaces)];

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

    private static ConflictPlace Of(DocumentMerge merge, MergeConflict conflict)
    {
        var (undone, current, before) = merge.Versions;
        var hidden = ImmutableArray.CreateBuilder<HiddenValue>();
        return new()
        {
            Path = DocumentMerge.PlaceOf(conflict),
            Kind = KindOf(conflict.Kind),
            Scope = conflict.Lines is not null ? PlaceScope.Lines : ScopeOf(conflict.Scope),
            Reason = conflict.Why,
            Base = Show("base", conflict.Base, undone),
            Current = Show("current", conflict.Ours, current),
            Rollback = Show("rollback", conflict.Theirs, before),
            NotShown = hidden.Count == 0 ? default : [.. hidden.Select(value => value.Version)],
            Hidden = hidden.Count == 0 ? default : hidden.ToImmutable(),
        };

        JsonText? Show(string version, ReadOnlyMemory<byte>? value, DocumentValue? document)
        {
            if (value is not { } bytes) return null;
            var isLong = bytes.Length > MaxValueBytes;
            var shown = isLong ? null : document is { IsJson: true } ? Encoding.UTF8.GetString(bytes.Span) : TextOf(bytes.Span);
            if (shown is null) hidden.Add(new(version, bytes.Length, document?.ContentType));
            return shown is null ? null : new(shown);
        }
    }

    /// <summary>Returns text in quotation marks; null if the bytes are no text.</summary>
    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Contains('\0', StringComparison.Ordinal) ? null : JsonSerializer.Serialize(text, MementoJson.Default.String);
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
