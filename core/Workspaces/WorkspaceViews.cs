using System.Collections.Immutable;
using Orleans;

namespace Memento.Workspaces;

/// <summary>A rollback point: the name of a moment.</summary>
[GenerateSerializer, Immutable, Alias("memento.RollbackPoint")]
public sealed record RollbackPoint
{
    [Id(0)] public required string RollbackPointId { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public string? Description { get; init; }
    [Id(3)] public string? SessionId { get; init; }
    [Id(4)] public string? AgentId { get; init; }
    [Id(5)] public JsonText? Metadata { get; init; }
    [Id(6)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Absent = never.</summary>
    [Id(7)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A pinned point neither expires nor makes room for others.</summary>
    [Id(8)] public bool Pinned { get; init; }

    /// <summary>Number of the change that it stands at.</summary>
    [Id(9)] public required long Seq { get; init; }

    /// <summary>Hash of all documents then: 64 hexadecimal digits.</summary>
    [Id(10)] public required string Root { get; init; }

    /// <summary>Documents that existed.</summary>
    [Id(11)] public required long Documents { get; init; }

    /// <summary>Bytes of their values.</summary>
    [Id(12)] public required long Bytes { get; init; }

    /// <summary>Where the active sessions stood; only when one point is asked for.</summary>
    [Id(13)] public ImmutableArray<SessionPosition>? Sessions { get; init; }

    /// <summary>There were more sessions than are named.</summary>
    [Id(14)] public bool SessionsTruncated { get; init; }

    /// <summary>The rollback that it was made before, to be able to undo it. No limit counts such a point.</summary>
    [Id(15)] public string? OperationId { get; init; }

    /// <param name="created">How it was created.</param>
    /// <param name="seq">The seq of that.</param>
    /// <param name="expiresAt">When it expires by now.</param>
    /// <param name="pinned">Whether it is pinned by now.</param>
    public static RollbackPoint Of(WorkspaceFact.PointCreated created, long seq, DateTimeOffset? expiresAt, bool pinned) => new()
    {
        RollbackPointId = created.RollbackPointId,
        Name = created.Name,
        Description = created.Description,
        SessionId = created.SessionId,
        AgentId = created.AgentId,
        Metadata = created.Metadata,
        OperationId = created.OperationId,
        CreatedAt = created.At,
        ExpiresAt = expiresAt,
        Pinned = pinned,
        Seq = seq,
        Root = created.Root.ToString(),
        Documents = created.Documents,
        Bytes = created.Bytes,
        Sessions = created.Sessions,
        SessionsTruncated = created.SessionsTruncated,
    };

    public bool IsOver(DateTimeOffset now) => !Pinned && now >= ExpiresAt;
}

/// <summary>A document in a list: what and who, without the value.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentView")]
public sealed record DocumentView
{
    [Id(0)] public required DocumentKind Kind { get; init; }
    [Id(1)] public required string Id { get; init; }

    /// <summary>Absent if this version deleted the document.</summary>
    [Id(2)] public string? Etag { get; init; }

    /// <summary>Number of the change that made this version.</summary>
    [Id(3)] public required long Seq { get; init; }

    /// <summary>What the change did; only in a history.</summary>
    [Id(4)] public WriteOutcome? Operation { get; init; }
    [Id(5)] public string? AgentId { get; init; }
    [Id(6)] public string? SessionId { get; init; }

    /// <summary>The rollback that made it.</summary>
    [Id(7)] public string? Cause { get; init; }
    [Id(8)] public required DateTimeOffset At { get; init; }
    [Id(9)] public string? ContentType { get; init; }

    /// <summary>Bytes of the value.</summary>
    [Id(10)] public long Length { get; init; }

    /// <summary>SHA-256 of the value: 64 hexadecimal digits.</summary>
    [Id(11)] public string? Hash { get; init; }

    public static DocumentView Of(DocumentVersion version, DateTimeOffset at, Author by) => new()
    {
        Kind = version.Key.Kind,
        Id = version.Key.Id,
        Etag = Workspaces.Etag.Of(version),
        Seq = version.Seq,
        AgentId = by.AgentId,
        SessionId = by.SessionId,
        Cause = by.Cause,
        At = at,
        ContentType = version.ContentType,
        Length = version.Length,
        Hash = version.Hash?.ToString(),
    };
}

/// <summary>A document with its value.</summary>
[GenerateSerializer, Immutable, Alias("memento.Document")]
public sealed record Document([property: Id(0)] DocumentView View, [property: Id(1)] DocumentValue Value);

/// <summary>A workspace as a whole.</summary>
[GenerateSerializer, Immutable, Alias("memento.WorkspaceView")]
public sealed record WorkspaceView
{
    /// <summary>Number of the newest change.</summary>
    [Id(0)] public required long Seq { get; init; }

    /// <summary>Number of the newest change of documents.</summary>
    [Id(6)] public required long ChangedSeq { get; init; }

    /// <summary>Changes up to this one may be missing from the history, except what rollback points see.</summary>
    [Id(7)] public required long CompactedTo { get; init; }

    /// <summary>Hash of all documents: 64 hexadecimal digits.</summary>
    [Id(1)] public required string Root { get; init; }
    [Id(2)] public required long Documents { get; init; }
    [Id(3)] public required long Bytes { get; init; }
    [Id(4)] public required long RollbackPoints { get; init; }
    [Id(5)] public DateTimeOffset? UpdatedAt { get; init; }
}
