using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Agents;

/// <summary>An agent, as its row has it.</summary>
/// <param name="AgentId">Its name.</param>
/// <param name="State">What it registered as.</param>
/// <param name="Load">Tasks that it has.</param>
public sealed record StoredAgent(string AgentId, AgentState State, int Load);

/// <summary>Lists of agents.</summary>
public interface IAgentIndex
{
    /// <summary>Agents of a workspace by name, from the one behind <paramref name="after"/> on.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="capability">Only those that have it.</param>
    /// <param name="after">The last name of the page before.</param>
    /// <param name="limit">Most to answer.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<StoredAgent>> ListAsync(string workspace, string? capability, string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Agents of a workspace that are neither dead nor gone, by name, from the one behind <paramref name="after"/> on.</summary>
    Task<IReadOnlyList<(string AgentId, AgentState State)>> GetLivingAsync(string workspace, string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Workspaces that have agents, by name.</summary>
    Task<IReadOnlyList<string>> GetWorkspacesAsync(string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Agents that are gone or dead and still have tasks: somebody died before it had handed them on.</summary>
    Task<IReadOnlyList<GrainKey>> GetLostAsync(int limit, CancellationToken cancellationToken = default);
}

/// <summary>Says which rows an agent's facts change.</summary>
public static class AgentRows
{
    private static readonly RowTable Agent = new("agent",
        new("workspace", Text, Key), new("agent_id", Text, Key), new("said", Number, Replace), new("dead", Number, Replace), new("gone", Number, Replace), new("max_load", Number, Replace), new("state", Text, Replace));

    private static readonly RowTable Capability = new("agent_capability", new("workspace", Text, Key), new("capability", Text, Key), new("agent_id", Text, Key), new("has", Number, Replace));

    public static IReadOnlyList<RowChange> Follow(GrainKey key, AgentState before, AgentState after)
    {
        var rows = new List<RowChange>
        {
            Agent.Row(key.Workspace, key.Id, (long)after.Said, after.IsDead ? 1L : 0, after.Exists ? 0L : 1, (long)(after.Agent?.Capacity ?? 0), JsonSerializer.Serialize(after, MementoJson.Default.AgentState)),
        };
        var (had, has) = (before.Agent?.Capabilities ?? [], after.Agent?.Capabilities ?? []);
        foreach (var lost in had.Except(has, StringComparer.Ordinal)) rows.Add(Capability.Row(key.Workspace, lost, key.Id, 0L));
        foreach (var won in has.Except(had, StringComparer.Ordinal)) rows.Add(Capability.Row(key.Workspace, won, key.Id, 1L));
        return rows;
    }
}

internal sealed class AgentIndex(IDatabase database) : IAgentIndex
{
    private const string Load = "(SELECT count(*) FROM task_status s WHERE s.workspace = a.workspace AND s.agent_id = a.agent_id AND s.status IN (1, 2))";

    public Task<IReadOnlyList<StoredAgent>> ListAsync(string workspace, string? capability, string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var filter = capability is null ? "" : " AND EXISTS (SELECT 1 FROM agent_capability c WHERE c.workspace = a.workspace AND c.capability = @capability AND c.agent_id = a.agent_id AND c.has = 1)";
        using var command = connection.Command($"""
            SELECT a.agent_id, a.state, {Load} FROM agent a WHERE a.workspace = @workspace AND a.agent_id > @after AND a.gone = 0{filter} ORDER BY a.agent_id LIMIT {limit}
            """, ("workspace", workspace), ("after", after));
        if (capability is not null) command.Add("capability", capability);
        return await ReadAsync(command, reader => new StoredAgent(reader.GetString(0), StateOf(reader, 1), (int)reader.GetInt64(2)), token);
    }, cancellationToken);

    public Task<IReadOnlyList<(string AgentId, AgentState State)>> GetLivingAsync(string workspace, string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT agent_id, state FROM agent WHERE workspace = @workspace AND agent_id > @after AND gone = 0 AND dead = 0 ORDER BY agent_id LIMIT {limit}
            """, ("workspace", workspace), ("after", after));
        return await ReadAsync(command, reader => (reader.GetString(0), StateOf(reader, 1)), token);
    }, cancellationToken);

    public Task<IReadOnlyList<string>> GetWorkspacesAsync(string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        // From one workspace to the next, however many agents each has.
        const string Next = "(SELECT min(workspace) FROM agent WHERE gone = 0 AND dead = 0 AND workspace > {0})";
        using var command = connection.Command($"""
            WITH RECURSIVE found(workspace) AS (SELECT {string.Format(CultureInfo.InvariantCulture, Next, "@after")} UNION ALL SELECT {string.Format(CultureInfo.InvariantCulture, Next, "found.workspace")} FROM found WHERE found.workspace IS NOT NULL)
            SELECT workspace FROM found WHERE workspace IS NOT NULL LIMIT {limit}
            """, ("after", after));
        return await ReadAsync(command, reader => reader.GetString(0), token);
    }, cancellationToken);

    public Task<IReadOnlyList<GrainKey>> GetLostAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        // From the tasks that agents have: those who ever died are many more. Naming the workspace is what makes SQLite use the index of those tasks.
        using var command = connection.Command($"""
            SELECT DISTINCT a.workspace, a.agent_id FROM task_status s JOIN agent a ON a.workspace = s.workspace AND a.agent_id = s.agent_id
            WHERE s.status IN (1, 2) AND s.workspace > '' AND (a.dead = 1 OR a.gone = 1) LIMIT {limit}
            """);
        return await ReadAsync(command, reader => new GrainKey(reader.GetString(0), reader.GetString(1)), token);
    }, cancellationToken);

    private static AgentState StateOf(DbDataReader reader, int column) => JsonSerializer.Deserialize(reader.GetString(column), MementoJson.Default.AgentState)!;

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(DbCommand command, Func<DbDataReader, T> read, CancellationToken token)
    {
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<T>();
        while (await reader.ReadAsync(token)) found.Add(read(reader));
        return found;
    }
}
