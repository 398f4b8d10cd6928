using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>How much is rolled back.</summary>
[JsonConverter(typeof(NamedEnumConverter<RollbackType>))]
public enum RollbackType
{
    /// <summary>Everything since the point.</summary>
    Full = 0,
    /// <summary>Some documents.</summary>
    Partial,
    /// <summary>The changes of some agents or sessions, or of some time.</summary>
    Selective,
    /// <summary>Nothing: what would be done is worked out and told.</summary>
    [JsonStringEnumMemberName("dry_run")] DryRun,
}

/// <summary>How a rollback is carried out.</summary>
[JsonConverter(typeof(NamedEnumConverter<RollbackStrategy>))]
public enum RollbackStrategy
{
    /// <summary>In one atomic change.</summary>
    Immediate = 0,
    /// <summary>In batches, with a pause between them; can be cancelled between two.</summary>
    Gradual,
    /// <summary>
    /// In one atomic change, after reading back all that is needed, and looked at again afterwards; what does not fit is undone.
    /// </summary>
    Safe,
    /// <summary>
    /// In one atomic change that overwrites what conflicts, however old the point. Damaged values are refused all the same.
    /// </summary>
    Force,
}

/// <summary>Strategies for documents in conflict.</summary>
[JsonConverter(typeof(NamedEnumConverter<ConflictStrategy>))]
public enum ConflictStrategy
{
    /// <summary>Nothing is rolled back if a document is in conflict.</summary>
    Abort = 0,
    /// <summary>Documents in conflict stay unchanged.</summary>
    Skip,
    /// <summary>Documents in conflict get the rollback's value. Later work on them is undone, and stays in their history.</summary>
    Overwrite,
    /// <summary>Documents in conflict are merged by rules. Documents without a fitting rule stay unchanged, as open conflicts.</summary>
    Merge,
    /// <summary>Documents in conflict stay unchanged, as open conflicts.</summary>
    [JsonStringEnumMemberName("ask_user")] AskUser,
}

/// <summary>The kinds of entries in a selection.</summary>
[JsonConverter(typeof(NamedEnumConverter<SelectedType>))]
public enum SelectedType
{
    Entity = 0,
    Relationship,
    File,
    Configuration,
    [JsonStringEnumMemberName("session_state")] SessionState,
    Metadata,
    /// <summary>Documents of any kind whose id is, or begins with, an identifier and one of <c>/ . : #</c>.</summary>
    Namespace,
    /// <summary>Documents of any kind with an identifier among the parts of their id, which <c>/ . : #</c> divide.</summary>
    Component,
}

/// <summary>Some documents.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentSelection"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DocumentSelection
{
    [Id(0)] public required SelectedType Type { get; init; }

    /// <summary>Only these ids; absent = all of the type. Names, not patterns. A namespace or a component must have some.</summary>
    [Id(1)] public ImmutableArray<string>? Identifiers { get; init; }

    /// <summary>Only ids that match one of these patterns.</summary>
    [Id(2), JsonConverter(typeof(OneOrManyConverter))] public ImmutableArray<string>? Include { get; init; }

    /// <summary>No ids that match one of these patterns.</summary>
    [Id(3), JsonConverter(typeof(OneOrManyConverter))] public ImmutableArray<string>? Exclude { get; init; }

    /// <summary>Documents with a higher one go first, in a gradual rollback.</summary>
    [Id(4)] public int? Priority { get; init; }
}

/// <summary>Selects the changes to undo: those that every given part covers. Empty = everything since the point.</summary>
[GenerateSerializer, Immutable, Alias("memento.Selection"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Selection
{
    /// <summary>Changes made in one of these sessions.</summary>
    [Id(0)] public ImmutableArray<string>? Sessions { get; init; }

    /// <summary>Changes made by one of these agents.</summary>
    [Id(1)] public ImmutableArray<string>? Agents { get; init; }

    /// <summary>Changes of documents that one of these covers.</summary>
    [Id(2)] public ImmutableArray<DocumentSelection>? Documents { get; init; }

    /// <summary>Changes made at or after this time.</summary>
    [Id(3)] public DateTimeOffset? Since { get; init; }

    /// <summary>Changes made at or before this time.</summary>
    [Id(4)] public DateTimeOffset? Until { get; init; }

    /// <summary>Changes made in the last so many seconds.</summary>
    [Id(5)] public long? MaxAgeSeconds { get; init; }

    /// <summary>Changes made by one of these rollbacks.</summary>
    [Id(6)] public ImmutableArray<string>? Rollbacks { get; init; }

    [JsonIgnore] public bool IsEverything =>
        Documents is not { Length: > 0 } && !SelectsAuthors && Since is null && Until is null && MaxAgeSeconds is null;

    /// <summary>Whether it depends on who made a change.</summary>
    [JsonIgnore] public bool SelectsAuthors => Sessions is { Length: > 0 } || Agents is { Length: > 0 } || Rollbacks is { Length: > 0 };
}

/// <summary>
/// A document that needs others to make sense, beyond what relationships say themselves. Documents are named <c>kind/id</c>.
/// </summary>
[GenerateSerializer, Immutable, Alias("memento.Dependency"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Dependency([property: Id(0)] string Item, [property: Id(1)] ImmutableArray<string> DependsOn);

/// <summary>Asks what a rollback would do.</summary>
[GenerateSerializer, Immutable, Alias("memento.PreviewRollback")]
public sealed record PreviewRollback
{
    [Id(0)] public Selection? Selection { get; init; }
    [Id(1)] public RollbackStrategy? Strategy { get; init; }
    [Id(2)] public ConflictStrategy? ConflictStrategy { get; init; }
    [Id(3)] public ImmutableArray<Dependency>? Dependencies { get; init; }

    /// <summary>
    /// Version of the merge policies with which a running rollback previews itself; null = the newest. Not part of a request over HTTP.
    /// </summary>
    [Id(4), JsonIgnore] public long? PoliciesVersion { get; init; }
}

/// <summary>Asks for a rollback.</summary>
[GenerateSerializer, Immutable, Alias("memento.StartRollback"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StartRollback
{
    /// <summary>Absent = full without a selection, partial with documents only, selective otherwise.</summary>
    [Id(0)] public RollbackType? Type { get; init; }

    /// <summary>Default safe.</summary>
    [Id(1)] public RollbackStrategy? Strategy { get; init; }

    /// <summary>Default abort.</summary>
    [Id(2)] public ConflictStrategy? ConflictStrategy { get; init; }
    [Id(3)] public Selection? Selection { get; init; }

    /// <summary>The token of the preview that this carries out; refused if the workspace has moved on since.</summary>
    [Id(4)] public string? PreviewToken { get; init; }

    /// <summary>Documents in a batch of a gradual rollback. Default 10.</summary>
    [Id(5)] public int? BatchSize { get; init; }

    /// <summary>Milliseconds between two batches. Default 1,000.</summary>
    [Id(6)] public int? DelayMs { get; init; }

    /// <summary>The agent that asks for it.</summary>
    [Id(7)] public string? AgentId { get; init; }

    /// <summary>Documents that need others, beyond what relationships say.</summary>
    [Id(8)] public ImmutableArray<Dependency>? Dependencies { get; init; }
}
