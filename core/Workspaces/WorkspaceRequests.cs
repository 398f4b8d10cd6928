using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>What an operation of a batch does.</summary>
[JsonConverter(typeof(NamedEnumConverter<DocumentOp>))]
public enum DocumentOp { Put = 0, Delete, Patch }

/// <summary>One operation of a batch.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentOperation")]
public sealed record DocumentOperation
{
    [Id(0)] public required DocumentOp Op { get; init; }
    [Id(1)] public required DocumentKind Kind { get; init; }
    [Id(2)] public required string Id { get; init; }

    /// <summary>The new value, for put.</summary>
    [Id(3), JsonIgnore] public DocumentValue? Value { get; init; }

    /// <summary>An RFC 6902 patch (an array) or an RFC 7386 merge patch (anything else), for patch.</summary>
    [Id(4), JsonIgnore] public byte[]? Patch { get; init; }

    /// <summary>The ETag that the document must have, or <c>*</c>: it must exist. Else <c>VERSION_CONFLICT</c>.</summary>
    [Id(5)] public string? IfMatch { get; init; }

    /// <summary>The document must not exist. Else <c>VERSION_CONFLICT</c>.</summary>
    [Id(6)] public bool IfAbsent { get; init; }

    [JsonIgnore] public DocumentKey Key => new(Kind, Id);
}

/// <summary>Changes of documents: all or none.</summary>
[GenerateSerializer, Immutable, Alias("memento.WriteDocuments")]
public sealed record WriteDocuments
{
    [Id(0)] public string? SessionId { get; init; }
    [Id(1)] public string? AgentId { get; init; }
    [Id(2)] public required ImmutableArray<DocumentOperation> Operations { get; init; }
}

/// <summary>What became of one document.</summary>
[JsonConverter(typeof(NamedEnumConverter<WriteOutcome>))]
public enum WriteOutcome { Unchanged = 0, Created, Updated, Deleted }

/// <summary>What a batch did.</summary>
/// <param name="Seq">Number of the change; of the newest one if nothing changed.</param>
/// <param name="Documents">The documents, in the order of the operations.</param>
[GenerateSerializer, Immutable, Alias("memento.WriteResult")]
public sealed record WriteResult([property: Id(0)] long Seq, [property: Id(1)] ImmutableArray<WrittenDocument> Documents);

/// <summary>One document after a batch.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Id">Its id.</param>
/// <param name="Outcome">What happened to it.</param>
/// <param name="Etag">Its ETag; null if it is deleted.</param>
[GenerateSerializer, Immutable, Alias("memento.WrittenDocument")]
public sealed record WrittenDocument(
    [property: Id(0)] DocumentKind Kind, [property: Id(1)] string Id, [property: Id(2)] WriteOutcome Outcome, [property: Id(3)] string? Etag = null);

/// <summary>Asks for a rollback point.</summary>
[GenerateSerializer, Immutable, Alias("memento.CreateRollbackPoint"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateRollbackPoint
{
    [Id(0)] public required string Name { get; init; }
    [Id(1)] public string? Description { get; init; }
    [Id(2)] public string? SessionId { get; init; }
    [Id(3)] public string? AgentId { get; init; }

    /// <summary>0 = never expires, null = the default.</summary>
    [Id(4)] public long? TtlSeconds { get; init; }
    [Id(5)] public JsonText? Metadata { get; init; }
    [Id(6)] public bool Pinned { get; init; }
}

/// <summary>Changes whether a rollback point stays by itself, and how long. What is absent stays as it is.</summary>
[GenerateSerializer, Immutable, Alias("memento.ChangeRollbackPoint"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangeRollbackPoint
{
    [Id(0)] public bool? Pinned { get; init; }

    /// <summary>Seconds from now on; 0 = never expires.</summary>
    [Id(1)] public long? TtlSeconds { get; init; }

    /// <summary>Who changes it.</summary>
    [Id(2)] public string? AgentId { get; init; }
}

/// <summary>Asks for a session as it was at a rollback point.</summary>
[GenerateSerializer, Immutable, Alias("memento.RestoreSession"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RestoreSession
{
    /// <summary>The session that the point noted.</summary>
    [Id(0)] public required string SessionId { get; init; }

    /// <summary>The agent that goes on.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>Id of the new session; absent = a new <c>sess-…</c>.</summary>
    [Id(2)] public string? NewSessionId { get; init; }
}

/// <summary>Which documents to list.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentQuery")]
public sealed record DocumentQuery
{
    [Id(0)] public DocumentKind? Kind { get; init; }

    /// <summary>Only ids that begin so.</summary>
    [Id(1)] public string? Prefix { get; init; }

    /// <summary>As of this rollback point; null = now.</summary>
    [Id(2)] public string? RollbackPointId { get; init; }
    [Id(3)] public int Limit { get; init; } = Paging.DefaultLimit;

    /// <summary>The <see cref="Page{T}.NextCursor"/> of the page before.</summary>
    [Id(4)] public string? Cursor { get; init; }
}
