using Memento.Storage;
using Memento.Workspaces;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Audit;

/// <summary>
/// Says in which runs of a workspace's journal, of 4,096 entries each, somebody or something occurs. One of these goes along with a writer and remembers what it said about the newest run, so that
/// most entries bring no row. <see cref="Forget"/> when appends failed.
/// </summary>
public sealed class AuditRuns
{
    /// <summary>Stored; must not change.</summary>
    internal const int RunBits = 12;

    private static readonly RowTable Run = new("audit_run", new("stream_id", Number, Key), new("run", Number, Key), new("label", Text, Key));

    private readonly HashSet<AuditLabel> _said = [];
    private long _run = -1;

    public void Forget() => _run = -1;

    /// <summary>Adds the rows of an entry.</summary>
    internal void Follow(List<RowChange> rows, long streamId, long seq, WorkspaceFact fact)
    {
        var run = seq >> RunBits;
        if (run != _run)
        {
            _run = run;
            _said.Clear();
        }

        var (agent, session, operation, point) = AuditTrail.LabelsOf(fact);
        Say(agent);
        Say(session);
        Say(operation);
        Say(point);

        void Say(AuditLabel label)
        {
            if (label.Name is not null && _said.Add(label)) rows.Add(Run.Row(streamId, run, label.ToString()));
        }
    }
}
