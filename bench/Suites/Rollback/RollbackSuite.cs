using System.CommandLine;

namespace Memento.Bench.Rollback;

/// <summary>The suite <c>rollback</c>: documents, points, diffs and rollbacks, end to end.</summary>
internal static class RollbackSuite
{
    public static Command Command() => Suite.Command(
        "rollback", "Documents, rollback points, diffs and rollbacks, end to end.", [.. DocumentWrites.Cases, .. Moments.Cases, .. Growth.Cases, .. JsonDiffs.Cases, .. ManyDocuments.Cases],
        new("--entities", "Entities of the workspace that points, diffs and rollbacks are measured in; it has three relationships for each.", 100_000),
        new("--value-bytes", "Bytes of the documents that change between two points, where their growth on disk is measured; 0 = as small as they are, about 230.", 1_000),
        new("--documents", "Documents of the workspace whose memory is measured.", 4_000_000));
}
