using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>Kinds of conflicts between a rollback and later work.</summary>
[JsonConverter(typeof(NamedEnumConverter<PlaceConflict>))]
public enum PlaceConflict
{
    /// <summary>Both changed the place, to values of one type.</summary>
    [JsonStringEnumMemberName("changed_by_both")] ChangedByBoth = 0,
    /// <summary>A thing was removed by one side and changed, renamed or moved by the other.</summary>
    [JsonStringEnumMemberName("removed_and_changed")] RemovedAndChanged,
    /// <summary>Both changed the place, to values of different types.</summary>
    [JsonStringEnumMemberName("changed_type")] ChangedType,
    /// <summary>Both added the same thing with different contents.</summary>
    [JsonStringEnumMemberName("added_by_both")] AddedByBoth,
    /// <summary>The thing was removed and another one was made under its name.</summary>
    [JsonStringEnumMemberName("made_anew")] MadeAnew,
    /// <summary>A thing was renamed by one side, and renamed differently or changed by the other.</summary>
    Renamed,
    /// <summary>Both changed the order of the same elements.</summary>
    Reordered,
    /// <summary>Both added different elements at the same place.</summary>
    [JsonStringEnumMemberName("inserted_at_one_place")] InsertedAtOnePlace,
    /// <summary>The elements of an array cannot be matched with certainty.</summary>
    [JsonStringEnumMemberName("not_matched")] NotMatched,
}

/// <summary>The form of the values of a <see cref="ConflictPlace"/>.</summary>
[JsonConverter(typeof(NamedEnumConverter<PlaceScope>))]
public enum PlaceScope
{
    /// <summary>A single value.</summary>
    Value = 0,
    /// <summary>Elements of an array in a row.</summary>
    Elements,
    /// <summary>Members of one object.</summary>
    Members,
    /// <summary>The order of elements: their keys, or the elements where no key is known.</summary>
    Order,
    /// <summary>Lines of a text.</summary>
    Lines,
}

/// <summary>The smallest place on which a rollback and later work do not agree, with the three versions of it.</summary>
[GenerateSerializer, Immutable, Alias("memento.ConflictPlace")]
public sealed record ConflictPlace
{
    /// <summary>JSON Pointer to the place in the current document, or its lines; empty for the whole document.</summary>
    [Id(0)] public required string Path { get; init; }

    [Id(1)] public required PlaceConflict Kind { get; init; }

    [Id(2)] public required PlaceScope Scope { get; init; }

    /// <summary>A sentence that says what happened.</summary>
    [Id(3)] public required string Reason { get; init; }

    /// <summary>
    /// The version that the rollback undoes; absent if the place has no value in it, and if <see cref="NotShown"/> names it.
    /// </summary>
    [Id(4), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Base { get; init; }

    /// <summary>The current version; absent as <see cref="Base"/>.</summary>
    [Id(5), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Current { get; init; }

    /// <summary>The version that the rollback would bring back; absent as <see cref="Base"/>.</summary>
    [Id(6), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Rollback { get; init; }

    /// <summary>
    /// Those of <c>base</c>, <c>current</c> and <c>rollback</c> that have a value which is longer than 16 KiB, or no text; absent if there
    /// are none.
    /// </summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public ImmutableArray<string> NotShown { get; init; }

    /// <summary>
    /// The run with the conflict, counted from 1 for the newest; absent if one run is undone. From the second on, <see cref="Path"/> and
    /// <see cref="Current"/> are about the document after the newer runs were undone.
    /// </summary>
    [Id(8)] public int? Run { get; init; }

    /// <summary>Size and media type of each version that <see cref="NotShown"/> names; absent if there are none.</summary>
    [Id(9), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public ImmutableArray<HiddenValue> Hidden { get; init; }
}

/// <summary>A value that is not shown, because it is too long, or no text.</summary>
/// <param name="Version">The version: <c>base</c>, <c>current</c> or <c>rollback</c>.</param>
/// <param name="Length">Size of the value in bytes.</param>
/// <param name="ContentType">Media type of the document; absent if the document is JSON.</param>
[GenerateSerializer, Immutable, Alias("memento.HiddenValue")]
public sealed record HiddenValue(
    [property: Id(0)] string Version, [property: Id(1)] long Length, [property: Id(2)] string? ContentType);

/// <summary>A conflict at one place that a merge policy settled.</summary>
/// <param name="Document">The document, as <c>kind/id</c>.</param>
/// <param name="Path">JSON Pointer to the place, or its lines; empty for the whole document.</param>
/// <param name="Strategy">The policy's strategy, or the policy's reading of the place: <c>set</c> or <c>text</c>.</param>
/// <param name="Reason">A sentence that says what was in conflict.</param>
[GenerateSerializer, Immutable, Alias("memento.SettledPlace")]
public sealed record SettledPlace(
    [property: Id(0)] string Document, [property: Id(1)] string Path, [property: Id(2)] string Strategy, [property: Id(3)] string Reason);
