using System.Globalization;
using Memento.Storage;

namespace Memento.Agents;

internal sealed class AgentQueries(IDatabase database) : IAgentQueries
{
    private const string Leases =
        "(SELECT count(*) FROM task_stream t WHERE t.workspace = a.workspace AND t.agent_id = a.agent_id AND t.phase = 1)";

    private const string Living = "a.gone = 0 AND a.dead = 0";

    // The expression follows AgentState.StatusWith.
    private const string Status = $"""
        CASE WHEN a.dead = 1 THEN 3 WHEN a.said IN (1, 4) THEN a.said WHEN {Leases} >= a.max_load THEN 1 WHEN {Leases} = 0 THEN 2
          ELSE 0 END
        """;

    public async Task<AgentSnapshot?> FindAsync(string workspace, string agentId, CancellationToken cancellationToken)
    {
        const string Where = "a.agent_id = @agent AND a.gone = 0";
        var found = await ReadAsync(Where, 1, cancellationToken, ("workspace", workspace), ("agent", agentId));
        return found.Count == 0 ? null : found[0];
    }

    public Task<IReadOnlyList<AgentSnapshot>> ListAsync(string workspace, AgentStatus? status, string? capability, string after, int limit,
        CancellationToken cancellationToken)
    {
        // Naming those that are not dead lets the index of living agents be used.
        var where = $"a.agent_id > @after AND {(status is null or AgentStatus.Dead ? "a.gone = 0" : Living)}";
        if (status is { } wanted) where += string.Create(CultureInfo.InvariantCulture, $" AND {Status} = {(int)wanted}");
        if (capability is null) return ReadAsync(where, limit, cancellationToken, ("workspace", workspace), ("after", after));
        where += """
             AND EXISTS (SELECT 1 FROM agent_capability c
              WHERE c.workspace = a.workspace AND c.capability = @capability AND c.agent_id = a.agent_id AND c.has = 1)
            """;
        return ReadAsync(where, limit, cancellationToken, ("workspace", workspace), ("after", after), ("capability", capability));
    }

    public Task<IReadOnlyList<AgentSnapshot>> ReadLivingAsync(string workspace, string after, int limit,
        CancellationToken cancellationToken) =>
        ReadAsync($"a.agent_id > @after AND {Living}", limit, cancellationToken, ("workspace", workspace), ("after", after));

    // The index is entered anew for each workspace: agents of one workspace are not read one by one.
    public Task<IReadOnlyList<string>> ReadWorkspacesAsync(string after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE found (workspace) AS (
              SELECT (SELECT min(a.workspace) FROM agent a WHERE {Living} AND a.workspace > @after)
              UNION ALL SELECT (SELECT min(a.workspace) FROM agent a WHERE {Living} AND a.workspace > found.workspace) FROM found
                WHERE found.workspace IS NOT NULL)
            SELECT workspace FROM found WHERE workspace IS NOT NULL LIMIT {limit}
            """), ("after", after));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<string>();
        while (await reader.ReadAsync(token)) found.Add(reader.GetString(0));
        return (IReadOnlyList<string>)found;
    }, cancellationToken);

    private Task<IReadOnlyList<AgentSnapshot>> ReadAsync(string where, int limit, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT a.agent_id, a.state, {Leases} FROM agent a WHERE a.workspace = @workspace AND {where} ORDER BY a.agent_id LIMIT {limit}
            """), parameters);
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<AgentSnapshot>();
        while (await reader.ReadAsync(token))
            found.Add(new(reader.GetString(0), AgentStreamRows.StateOf(reader.GetString(1)), (int)reader.GetInt64(2)));
        return (IReadOnlyList<AgentSnapshot>)found;
    }, cancellationToken);
}
