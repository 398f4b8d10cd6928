using Memento.Audit;
using Memento.Storage;

namespace Memento.Rollback;

/// <summary>The rows of read models that follow from a change of merge policies.</summary>
public static class MergePolicyRows
{
    /// <summary>Returns the rows to write together with a change.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="streamId">The stream of its merge policies.</param>
    /// <param name="changed">The change; its version is its position.</param>
    public static IReadOnlyList<RowChange> Follow(string workspace, long streamId, MergePoliciesChanged changed) =>
        [AuditRows.Of(workspace, streamId, changed)];
}
