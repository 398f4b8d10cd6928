using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Memento.Workspaces;

/// <summary>The rules of a workspace: state and command in, facts or a refusal out. No clock, no I/O, no Orleans.</summary>
public static class Workspace
{
    /// <summary>Answers a command. <paramref name="now"/> is the server's time; recorded times never decrease even if it does.</summary>
    public static Decision<WorkspaceFact> Decide(WorkspaceState s, WorkspaceCommand command, WorkspaceLimits limits, DateTimeOffset now)
    {
        var at = now > s.UpdatedAt ? now : s.UpdatedAt;
        return command switch
        {
            WorkspaceCommand.Write write => Writing.Decide(s, write, limits, at),
            WorkspaceCommand.CreatePoint create => Points.Create(s, create, limits, at),
            WorkspaceCommand.ChangePoint change => Points.Change(change, limits, at),
            WorkspaceCommand.Compact compact => Math.Min(compact.UpTo, s.ChangedSeq) <= s.CompactedTo || compact.UpTo > s.Seq ? Decision<WorkspaceFact>.Nothing : new WorkspaceFact.Compacted { At = at, UpTo = compact.UpTo },
            WorkspaceCommand.RemovePoint remove => Points.Remove(remove, at),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };
    }

    /// <summary>What is wrong with a batch as such, whatever the documents are: ask before looking them up. <see cref="Decide"/> asks too.</summary>
    public static Refusal? Problem(Author by, ImmutableArray<DocumentOperation> operations, WorkspaceLimits limits) => Writing.Problem(by, operations, limits);

    /// <summary>What is wrong with a wish for a rollback point, whatever the workspace is.</summary>
    public static Refusal? Problem(CreateRollbackPoint request, WorkspaceLimits limits) => Points.Problem(request, limits);

    /// <summary>The state after a fact. Total: whatever was once recorded can be applied.</summary>
    public static WorkspaceState Apply(WorkspaceState s, WorkspaceFact fact)
    {
        var next = s with { Seq = s.Seq + 1, UpdatedAt = fact.At > s.UpdatedAt ? fact.At : s.UpdatedAt, Chain = Link(s, fact) };
        return fact switch
        {
            WorkspaceFact.DocumentsChanged changed => next with { ChangedSeq = next.Seq, Root = changed.Root, Documents = changed.Documents, Bytes = changed.Bytes },
            WorkspaceFact.PointCreated => next with { Points = s.Points + 1 },
            WorkspaceFact.PointRemoved => next with { Points = s.Points - 1 },
            WorkspaceFact.PointChanged => next,
            WorkspaceFact.Compacted c => next with { CompactedTo = Math.Max(s.CompactedTo, c.UpTo) },
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
        };
    }

    /// <summary>The chain after an entry: SHA-256 of the chain before it and what the entry says.</summary>
    private static ContentHash Link(WorkspaceState s, WorkspaceFact fact)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{s.Seq + 1}\n{Microseconds(fact.At)}\n{Said(fact)}");
        var linked = new byte[ContentHash.Size + Encoding.UTF8.GetByteCount(text)];
        s.Chain.CopyTo(linked);
        Encoding.UTF8.GetBytes(text, linked.AsSpan(ContentHash.Size));
        return ContentHash.Of(linked);
    }

    /// <summary>A time as the stores keep it.</summary>
    private static long? Microseconds(DateTimeOffset? time) => (time?.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static string Said(WorkspaceFact fact) => fact switch
    {
        WorkspaceFact.DocumentsChanged c => $"documents\n{c.AgentId}\n{c.SessionId}\n{c.Cause}\n{c.Root}\n{c.Documents}\n{c.Bytes}",
        WorkspaceFact.PointCreated p => $"point\n{p.RollbackPointId}\n{p.Name}\n{p.Root}\n{p.SessionId}\n{p.AgentId}\n{p.Pinned}\n{Microseconds(p.ExpiresAt)}\n{p.OperationId}\n{p.Description}\n{p.Metadata}\n{string.Join('\n', p.Sessions.Select(s => $"{s.SessionId} {s.Seq}"))}",
        WorkspaceFact.PointChanged p => $"changed\n{p.RollbackPointId}\n{p.Pinned}\n{Microseconds(p.ExpiresAt)}\n{p.AgentId}",
        WorkspaceFact.Compacted c => $"compacted\n{c.UpTo}",
        WorkspaceFact.PointRemoved p => $"removed\n{p.RollbackPointId}\n{p.Reason}\n{p.AgentId}",
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };
}
