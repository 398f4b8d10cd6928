using System.Text;
using System.Text.Json;
using Memento.Agents;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>The bytes that version 1 stores of queues, tasks and agents; see <see cref="GoldenTests"/>.</summary>
public sealed class TaskGoldenTests
{
    public static TheoryData<string> Files => [.. typeof(GoldenTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("queue-", StringComparison.Ordinal) || name.StartsWith("agent-", StringComparison.Ordinal) || name.StartsWith("task-", StringComparison.Ordinal)).Order()];

    [Theory, MemberData(nameof(Files))]
    public void What_is_stored_is_read_and_written_the_same(string file)
    {
        var (bytes, kind) = (Read(file), file.Split('.')[1]);

        var (kindAgain, again) = file.Split('.')[0] switch
        {
            "queue-fact" => QueueFact.Codec.Encode(QueueFact.Codec.Decode(kind, 1, bytes)),
            "agent-fact" => AgentFact.Codec.Encode(AgentFact.Codec.Decode(kind, 1, bytes)),
            "queue-state" => (kind, QueueFact.Codec.EncodeState(QueueFact.Codec.DecodeState(1, bytes))),
            "agent-state" => (kind, AgentFact.Codec.EncodeState(AgentFact.Codec.DecodeState(1, bytes))),
            "task-state" => (kind, JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(bytes, MementoJson.Default.TaskState), MementoJson.Default.TaskState)),
            "task-body" => (kind, JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(bytes, MementoJson.Default.TaskBody), MementoJson.Default.TaskBody)),
            var other => throw new ArgumentException(other),
        };

        Assert.Equal((kind, Encoding.UTF8.GetString(bytes)), (kindAgain, Encoding.UTF8.GetString(again)));
    }

    [Fact]
    public void There_is_a_file_for_every_kind()
    {
        Assert.Equal(["configured", "rested", "tasks"], Kinds("queue-fact."));
        Assert.Equal(["died", "handed_on", "registered", "removed", "returned", "said"], Kinds("agent-fact."));
        Assert.Equal(3, typeof(QueueFact).GetNestedTypes().Count(type => type.IsSubclassOf(typeof(QueueFact))));
        Assert.Equal(6, typeof(AgentFact).GetNestedTypes().Count(type => type.IsSubclassOf(typeof(AgentFact))));

        static IEnumerable<string> Kinds(string prefix) => Files.Select(row => row.Data).Where(file => file.StartsWith(prefix, StringComparison.Ordinal)).Select(file => file.Split('.')[1]).Distinct().Order();
    }

    [Fact]
    public void The_stored_members_mean_what_they_meant()
    {
        var changed = Assert.IsType<QueueFact.TasksChanged>(QueueFact.Codec.Decode("tasks", 1, Read("queue-fact.tasks.json")));
        Assert.Equal((TaskChange.Assigned, "a1"), (changed.Change, changed.AgentId));
        Assert.Equal([3, 4], changed.Tasks);
        var task = JsonSerializer.Deserialize(Read("task-state.full.json"), MementoJson.Default.TaskState)!;
        Assert.Equal((WorkStatus.Running, 7L, "a2", 2), (task.Status, task.Number, task.Current!.AgentId, task.Attempts));
        Assert.Equal(("a1", AttemptOutcome.AgentLost, 3L), (task.Handoff!.FromAgent, task.Handoff.Reason, task.Stale!.Count));
        Assert.Equal((null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), (task.TraceParent, JsonSerializer.Deserialize(Read("task-state.traced.json"), MementoJson.Default.TaskState)!.TraceParent));
        var agent = AgentFact.Codec.DecodeState(1, Read("agent-state.full.json"));
        Assert.Equal((AgentStatus.Maintenance, true, 4, "i-1"), (agent.Said, agent.IsDead, agent.Agent!.Capacity, agent.Agent.InstanceId));
    }

    [Theory]
    [InlineData("tasks", "{}", 1)]
    [InlineData("tasks", "{}", 2)]
    [InlineData("nonsense", "{}", 1)]
    [InlineData("configured", "[", 1)]
    public void What_cannot_be_read_is_always_refused_in_the_same_way(string kind, string payload, short version)
    {
        Assert.Throws<FormatException>(() => QueueFact.Codec.Decode(kind, version, Encoding.UTF8.GetBytes(payload)));
        Assert.Throws<FormatException>(() => AgentFact.Codec.Decode(kind, version, Encoding.UTF8.GetBytes(payload)));
        Assert.Throws<FormatException>(() => QueueFact.Codec.DecodeState(2, "{}"u8));
        Assert.Throws<FormatException>(() => AgentFact.Codec.DecodeState(2, "{}"u8));
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd('\n'));
    }
}
