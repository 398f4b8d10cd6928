using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>What may be submitted.</summary>
public sealed class SubmitRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static Refusal? Problem(params SubmitTask[] tasks) => SubmitRules.Problem([.. tasks], new() { MaxBatch = 10, MaxPayloadLength = 100 }, Now);

    public static TheoryData<SubmitTask, string> Bad => new()
    {
        { new() { Type = "" }, "type" },
        { new() { Type = "x", TaskId = "\u0001" }, "taskId" },
        { new() { Type = "x", Queue = " " }, "queue" },
        { new() { Type = "x", Priority = -1 }, "priority" },
        { new() { Type = "x", Priority = 101 }, "priority" },
        { new() { Type = "x", MaxAttempts = 0 }, "maxAttempts" },
        { new() { Type = "x", EstimatedDurationMs = -5 }, "estimatedDurationMs" },
        { new() { Type = "x", HeartbeatTimeoutMs = 0 }, "heartbeatTimeoutMs" },
        { new() { Type = "x", Deadline = Now }, "deadline" },
        { new() { Type = "x", Deadline = Now.AddSeconds(1), EstimatedDurationMs = 1_001 }, "deadline" },
        { new() { Type = "x", RequiredCapabilities = ["a", ""] }, "requiredCapabilities[1]" },
        { new() { Type = "x", TaskId = "t", DependsOn = ["t"] }, "dependsOn" },
        { new() { Type = "x", Payload = new("{\"a\":}") }, "payload" },
        { new() { Type = "x", Metadata = new("[1]") }, "metadata" },
        { new() { Type = "x", TraceParent = "00-1-2-3" }, "traceparent" },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Bad_fields_are_named(SubmitTask task, string field)
    {
        Assert.Equal(field, Assert.Single(Problem(task)!.Errors).Field);
        Assert.Equal($"tasks[1].{field}", Assert.Single(Problem(new SubmitTask { Type = "ok" }, task)!.Errors).Field);
    }

    [Fact]
    public void Any_json_can_be_the_payload() => Assert.Null(Problem(new SubmitTask { Type = "x", Payload = new("[1,\"two\",null]") }, new SubmitTask { Type = "x", Payload = new("3") }));

    [Fact]
    public void Too_many_and_too_large_are_refused_as_such()
    {
        Assert.Equal(Codes.TooLarge, Problem([.. Enumerable.Repeat(new SubmitTask { Type = "x" }, 11)])!.Code);
        Assert.Equal(Codes.TooLarge, Problem(new SubmitTask { Type = "x", Payload = new($"\"{new string('x', 100)}\"") })!.Code);
        Assert.Equal(Codes.ValidationFailed, Problem()!.Code);
    }

    [Fact]
    public void The_same_id_twice_is_refused() =>
        Assert.Equal("tasks[1].taskId", Assert.Single(Problem(new SubmitTask { Type = "x", TaskId = "t" }, new SubmitTask { Type = "x", TaskId = "t" })!.Errors).Field);

    [Fact]
    public void Circles_are_found_and_shown()
    {
        Assert.Equal("a → b → c → a", SubmitRules.Cycle([Task("a", "b"), Task("b", "c"), Task("c", "a")]));
        Assert.Equal("b → c → b", SubmitRules.Cycle([Task("a", "b"), Task("b", "c"), Task("c", "b")]));
        Assert.Equal("dependsOn", Assert.Single(Problem(Task("a", "b"), Task("b", "a"))!.Errors).Field);
    }

    [Fact]
    public void What_is_no_circle_is_none()
    {
        Assert.Null(SubmitRules.Cycle([Task("a", "b", "c"), Task("b", "d"), Task("c", "d"), Task("d", "elsewhere")]));
        Assert.Null(SubmitRules.Cycle([.. Enumerable.Range(0, 100_000).Select(i => Task($"t{i}", $"t{i + 1}"))]));
        Assert.NotNull(SubmitRules.Cycle([.. Enumerable.Range(0, 100_000).Select(i => Task($"t{i}", $"t{(i + 1) % 100_000}"))]));
    }

    private static SubmitTask Task(string id, params string[] needs) => new() { Type = "x", TaskId = id, DependsOn = [.. needs] };
}
