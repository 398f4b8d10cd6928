using System.Collections.Immutable;

namespace Memento.Workspaces;

/// <summary>How rollback points come and go.</summary>
internal static class Points
{
    public static Decision<WorkspaceFact> Create(WorkspaceState s, WorkspaceCommand.CreatePoint create, WorkspaceLimits limits, DateTimeOffset at)
    {
        var request = create.Request;
        if (Problem(request, limits) is { } problem) return problem;
        var gone = Evicted(create, limits);
        if (gone is null)
        {
            return Refusal.Of(RefusalKind.Conflict, Codes.TooManyPoints,
                $"There are {create.Existing.InWorkspace} rollback points ({create.Existing.InSession} of this session) and all are pinned; at most {limits.MaxPointsPerWorkspace} ({limits.MaxPointsPerSession}) are allowed. Delete one.");
        }

        var removed = gone.Value.Select(WorkspaceFact (id) => new WorkspaceFact.PointRemoved { At = at, RollbackPointId = id, Reason = PointEnd.Limit }).ToImmutableArray();
        return removed.Add(new WorkspaceFact.PointCreated
        {
            At = at,
            RollbackPointId = create.RollbackPointId,
            Name = request.Name,
            Description = request.Description,
            SessionId = request.SessionId,
            AgentId = request.AgentId,
            Metadata = request.Metadata,
            OperationId = create.OperationId,
            ExpiresAt = Expiry(request.TtlSeconds ?? limits.DefaultPointTtlSeconds, at),
            Pinned = request.Pinned,
            Root = s.Root,
            Documents = s.Documents,
            Bytes = s.Bytes,
            Chain = removed.Aggregate(s, Workspace.Apply).Chain,
            Sessions = create.Sessions,
            SessionsTruncated = create.SessionsTruncated,
        });
    }

    public static Decision<WorkspaceFact> Change(WorkspaceCommand.ChangePoint change, WorkspaceLimits limits, DateTimeOffset at)
    {
        var (point, request) = (change.Point, change.Request);
        if (TtlProblem(request.TtlSeconds, limits) is { } problem) return Refusal.Invalid("ttlSeconds", problem);
        if (request.AgentId is { } agent && Names.Problem(agent) is { } badName) return Refusal.Invalid("agentId", badName);
        var (pinned, expires) = (request.Pinned ?? point.Pinned, request.TtlSeconds is { } ttl ? Expiry(ttl, at) : point.ExpiresAt);
        return pinned == point.Pinned && expires == point.ExpiresAt
            ? Decision<WorkspaceFact>.Nothing
            : new WorkspaceFact.PointChanged { At = at, RollbackPointId = point.RollbackPointId, Pinned = pinned, ExpiresAt = expires, AgentId = request.AgentId };
    }

    public static Decision<WorkspaceFact> Remove(WorkspaceCommand.RemovePoint remove, DateTimeOffset at) =>
        remove.Reason is PointEnd.Expired && !remove.Point.IsOver(at)
            ? Decision<WorkspaceFact>.Nothing
            : new WorkspaceFact.PointRemoved { At = at, RollbackPointId = remove.Point.RollbackPointId, Reason = remove.Reason, AgentId = remove.AgentId };

    /// <summary>Those that must go so that there is room for one more, or null if too few can.</summary>
    private static ImmutableArray<string>? Evicted(WorkspaceCommand.CreatePoint create, WorkspaceLimits limits)
    {
        if (create.OperationId is not null) return [];
        var existing = create.Existing;
        var gone = ImmutableArray<string>.Empty;
        if (create.Request.SessionId is not null)
        {
            var excess = existing.InSession + 1 - limits.MaxPointsPerSession;
            if (excess > existing.OldestInSession.Length) return null;
            gone = [.. existing.OldestInSession.Take((int)Math.Max(0, excess))];
        }

        var more = existing.InWorkspace + 1 - gone.Length - limits.MaxPointsPerWorkspace;
        var others = existing.OldestInWorkspace.Except(gone, StringComparer.Ordinal).Take((int)Math.Max(0, more)).ToArray();
        return others.Length < more ? null : [.. gone, .. others];
    }

    public static Refusal? Problem(CreateRollbackPoint request, WorkspaceLimits limits)
    {
        var errors = new List<FieldError>();
        Add("name", Names.Problem(request.Name));
        Add("description", request.Description?.Length > limits.MaxTextLength ? $"has {request.Description.Length} characters; at most {limits.MaxTextLength} are allowed" : null);
        Add("sessionId", request.SessionId is null ? null : Names.Problem(request.SessionId));
        Add("agentId", request.AgentId is null ? null : Names.Problem(request.AgentId));
        Add("ttlSeconds", TtlProblem(request.TtlSeconds, limits));
        Add("metadata", request.Metadata is not { } metadata ? null
            : metadata.Text.Length > limits.MaxMetadataLength ? $"has {metadata.Text.Length} characters of JSON; at most {limits.MaxMetadataLength} are allowed"
            : metadata.Problem());
        return errors.Count == 0 ? null : Refusal.Invalid([.. errors]);

        void Add(string field, string? problem)
        {
            if (problem is not null) errors.Add(new(field, problem));
        }
    }

    private static string? TtlProblem(long? seconds, WorkspaceLimits limits) =>
        seconds is null or >= 0 && !(seconds > limits.MaxPointTtlSeconds) ? null : $"is {seconds}; must be from 0 (never expires) to {limits.MaxPointTtlSeconds}";

    private static DateTimeOffset? Expiry(long ttlSeconds, DateTimeOffset at) => ttlSeconds == 0 ? null : at.AddSeconds(ttlSeconds);
}
