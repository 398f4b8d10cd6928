namespace Memento.Workspaces;

/// <summary>Finding rollback points, and saying why one cannot be had.</summary>
internal static class WorkspacePoints
{
    /// <summary>The point. Throws <c>ROLLBACK_NOT_FOUND</c> if it never was or was deleted, <c>ROLLBACK_EXPIRED</c> if its time is up or it made room for others.</summary>
    public static async Task<RollbackPoint> FindAsync(IWorkspaceIndex index, long streamId, string id, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        Names.Check("rollbackPointId", id);
        if (await index.FindPointAsync(streamId, id, cancellationToken) is { } point)
            return point.IsOver(now) ? throw Gone($"expired at {point.ExpiresAt!.Value.UtcDateTime:O}") : point;
        throw await index.FindPointEndAsync(streamId, id, cancellationToken) switch
        {
            PointEnd.Expired => Gone("expired"),
            PointEnd.Limit => Gone("made room for newer ones"),
            _ => new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.RollbackNotFound, $"There is no rollback point \"{id}\".")),
        };

        MementoException Gone(string why) => new(Refusal.Of(RefusalKind.Gone, Codes.RollbackExpired, $"Rollback point \"{id}\" {why}."));
    }
}
