using System.Collections.Immutable;
using System.Text;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

/// <summary>One workspace told step by step: decides a command, applies what was decided, and keeps the documents, points and facts that follow.</summary>
internal sealed class WorkspaceStory
{
    public static readonly DateTimeOffset Dawn = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Dictionary<DocumentKey, DocumentVersion> _newest = [];
    private readonly Dictionary<DocumentKey, DocumentValue> _values = [];
    private int _named;

    public WorkspaceLimits Limits { get; init; } = new();
    public WorkspaceState State { get; private set; } = WorkspaceState.Empty;
    public DateTimeOffset Now { get; private set; } = Dawn;
    public List<WorkspaceFact> Facts { get; } = [];

    /// <summary>The documents that exist.</summary>
    public IReadOnlyDictionary<DocumentKey, DocumentValue> Documents => _values;

    /// <summary>The points that exist, oldest first.</summary>
    public List<RollbackPoint> Points { get; } = [];

    /// <summary>Moves the clock, backwards too.</summary>
    public WorkspaceStory Later(double seconds)
    {
        Now = Now.AddSeconds(seconds);
        return this;
    }

    public Decision<WorkspaceFact> Try(WorkspaceCommand command)
    {
        var decision = Workspace.Decide(State, command, Limits, Now);
        foreach (var fact in decision.Facts)
        {
            State = Workspace.Apply(State, fact);
            Facts.Add(fact);
            Follow(fact);
        }

        return decision;
    }

    public Decision<WorkspaceFact> Try(Author by, params ImmutableArray<DocumentOperation> operations) => Try(new WorkspaceCommand.Write(by, operations,
        (operations.IsDefault ? [] : operations).Where(o => o?.Id is not null).Select(o => o.Key).Distinct().ToDictionary(key => key, key => new CurrentDocument(_newest.GetValueOrDefault(key), _values.GetValueOrDefault(key)))));

    /// <summary>Writes what must not be refused. Answers the changes.</summary>
    public ImmutableArray<DocumentChange> Write(params ImmutableArray<DocumentOperation> operations)
    {
        var decision = Try(new Author("ada", "s1"), operations);
        Assert.Null(decision.Refusal);
        return decision.Facts is [WorkspaceFact.DocumentsChanged changed] ? changed.Changes : [];
    }

    /// <summary>Writes what must be refused and leave nothing behind.</summary>
    public Refusal Refuse(string code, params ImmutableArray<DocumentOperation> operations) => Refused(code, Try(new Author("ada", "s1"), operations));

    public static Refusal Refused(string code, Decision<WorkspaceFact> decision)
    {
        Assert.Empty(decision.Facts);
        Assert.NotNull(decision.Refusal);
        Assert.True(code == decision.Refusal.Code, $"{decision.Refusal}");
        return decision.Refusal;
    }

    public Decision<WorkspaceFact> TryPoint(CreateRollbackPoint request) => Try(new WorkspaceCommand.CreatePoint($"rp-{++_named}", request, [new("s1", 7)], false, Existing(request.SessionId)));

    /// <summary>Names this moment. Answers the point.</summary>
    public RollbackPoint Point(string? session = null, bool pinned = false, long? ttl = null)
    {
        Assert.Null(TryPoint(new() { Name = "p", SessionId = session, Pinned = pinned, TtlSeconds = ttl }).Refusal);
        return Points[^1];
    }

    public RollbackPoint The(RollbackPoint point) => Points.Single(p => p.RollbackPointId == point.RollbackPointId);

    public StateHash RootFromScratch() => _values.Aggregate(StateHash.Empty, (root, document) => root.Add(document.Key, document.Value.Hash, document.Value.ContentType));

    public string Etag(string id) => Memento.Workspaces.Etag.Of(_newest[new(DocumentKind.Entity, id)])!;

    public static DocumentOperation Put(string id, string json, DocumentKind kind = DocumentKind.Entity) =>
        new() { Op = DocumentOp.Put, Kind = kind, Id = id, Value = DocumentValue.Json(Encoding.UTF8.GetBytes(json)) };

    public static DocumentOperation PutFile(string id, byte[] content, string? type = null) => new() { Op = DocumentOp.Put, Kind = DocumentKind.File, Id = id, Value = DocumentValue.Bytes(content, type) };

    public static DocumentOperation Delete(string id) => new() { Op = DocumentOp.Delete, Kind = DocumentKind.Entity, Id = id };

    public static DocumentOperation Patch(string id, string patch, DocumentKind kind = DocumentKind.Entity) => new() { Op = DocumentOp.Patch, Kind = kind, Id = id, Patch = Encoding.UTF8.GetBytes(patch) };

    public static string Text(DocumentValue? value) => Encoding.UTF8.GetString(value!.Content);

    private ExistingPoints Existing(string? session)
    {
        var unpinned = Points.Where(p => !p.Pinned).ToArray();
        return new(Points.Count, session is null ? 0 : Points.Count(p => p.SessionId == session),
            [.. unpinned.Select(p => p.RollbackPointId)], session is null ? [] : [.. unpinned.Where(p => p.SessionId == session).Select(p => p.RollbackPointId)]);
    }

    private void Follow(WorkspaceFact fact)
    {
        switch (fact)
        {
            case WorkspaceFact.DocumentsChanged changed:
                foreach (var change in changed.Changes)
                {
                    _newest[change.Key] = new()
                    {
                        Key = change.Key, Seq = State.Seq, Hash = change.After?.Hash, ContentType = change.After?.ContentType, Length = change.After?.Content.Length ?? 0, PreviousSeq = change.Before?.Seq ?? 0,
                    };
                    if (change.After is null) _values.Remove(change.Key);
                    else _values[change.Key] = change.After;
                }

                break;
            case WorkspaceFact.PointCreated created:
                Points.Add(RollbackPoint.Of(created, State.Seq, created.ExpiresAt, created.Pinned));
                break;
            case WorkspaceFact.PointChanged changed:
                var i = Points.FindIndex(p => p.RollbackPointId == changed.RollbackPointId);
                Points[i] = Points[i] with { Pinned = changed.Pinned, ExpiresAt = changed.ExpiresAt };
                break;
            case WorkspaceFact.PointRemoved removed:
                Points.RemoveAll(p => p.RollbackPointId == removed.RollbackPointId);
                break;
        }
    }
}
