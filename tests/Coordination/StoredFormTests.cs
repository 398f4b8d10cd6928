using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Memento.Tests.Core;
using Xunit;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Coordination;

/// <summary>The bytes that version 1 stores of tasks, queues and agents with streams of their own; see <see cref="GoldenTests"/>.</summary>
public sealed class StoredFormTests
{
    private const string Folder = "coordination/";

    private static readonly Gen<JsonText> Json = Gen
        .OneOf("null", "{}", "0", "\"\"", "[null]", """{"a":[1,2.50,null,true],"ü":"\u0000<é🦀"}""", """{"n":1e400}""")
        .Select(JsonText.Parse);

    private static readonly Gen<string> Name = Gen.OneOf("a1", "build", "日本", "🦀", "e\"q\\", "+<&>");

    private static readonly Gen<ImmutableArray<string>> NameList = Name.Array[0, 3].Select(names => names.ToImmutableArray());

    private static readonly Gen<DateTimeOffset> Time =
        Gen.Long[0, 4_000_000_000_000_000].Select(microseconds => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds));

    private static readonly Gen<TaskBody> Body =
        Gen.Select(Json.Null(), Json.Null(), (payload, metadata) => new TaskBody { Payload = payload, Metadata = metadata });

    private static readonly Gen<TaskSpec> Spec = Gen.Select(
        Name, Gen.Int[0, 100], Name.Null(), NameList, NameList, Time.Nullable(), Gen.Long[0, 9_999_999].Nullable(),
        (name, priority, session, needs, dependsOn, deadline, limitMs) => new TaskSpec
        {
            TaskId = name, Queue = name, Type = name, Priority = priority, SessionId = session, RequiredCapabilities = needs,
            DependsOn = dependsOn, Deadline = deadline,
            StartToClose = limitMs is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
        });

    private static readonly Gen<TaskState> State = Gen.Select(
        Spec, Gen.Enum<WorkStatus>(), Gen.Enum<AttemptOutcome>(), Json.Null(), Json.Null(), Time.Nullable(), Name.Null(),
        (spec, status, outcome, progress, result, time, error) => new TaskState
        {
            Spec = spec, Status = status, Progress = progress, ProgressAt = time, Result = result, NotBefore = time, Error = error,
            Handoff = time is null ? null : new(spec.TaskId, outcome, time.Value, progress, error),
            PastAttempts = time is null ? [] : [new(new(spec.Type, 1, "r", 2, time.Value), outcome, time.Value, error)],
        });

    private static readonly Gen<AgentProfile> Profile = Gen.Select(
        Name, NameList, NameList.Nullable(), Json.Null(), Name.Null(), Gen.Enum<ReturnPolicy>(),
        (type, capabilities, taskTypes, metadata, instance, onReturn) => new AgentProfile
        {
            Type = type, Capabilities = capabilities, TaskTypes = taskTypes, Metadata = metadata, InstanceId = instance,
            OnReturn = onReturn,
        });

    private static readonly Gen<object> Stored = Gen.OneOf<object>(
        Gen.Select(Spec, NameList, Body.Null(), Time,
            object (spec, waitsFor, body, at) => new TaskEvent.Submitted(spec, waitsFor) { Body = body, At = at }),
        Gen.Select(State, Body.Null(), Time, object (state, body, at) => new TaskEvent.Imported(state) { Body = body, At = at }),
        Gen.Select(Body, Time, object (body, at) => new TaskEvent.BodyStored(body) { At = at }),
        Gen.Select(Json, Time, object (progress, at) => new TaskEvent.Progressed(1, progress) { At = at }),
        Gen.Select(Json.Null(), Time, object (result, at) => new TaskEvent.Completed(1, result) { At = at }),
        Gen.Select(Gen.Enum<FailureReason>(), Gen.Enum<AttemptOutcome>(), Name, Time,
            object (reason, outcome, error, at) => new TaskEvent.Failed(reason, outcome, error) { At = at }),
        Gen.Select(Gen.Enum<AgentStatus>(), Json.Null(), Time,
            object (status, metadata, at) => new AgentEvent.StatusChanged(status, metadata) { At = at }),
        Gen.Select(Profile, Gen.Long[1, 9], Time, object (profile, epoch, at) => new AgentEvent.Registered(profile, epoch) { At = at }),
        State.Select(object (state) => state));

    public static TheoryData<string> Files => [.. typeof(GoldenTests).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void Stored_value_is_read_as_it_was_meant_and_written_the_same(string file)
    {
        var (expected, text) = (StoredForms.Values[NameOf(file)], ReadFile(file));

        var read = StoredForms.Read(KindOf(file), Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, StoredForms.Text(read));
        Assert.Equal(text, StoredForms.Text(expected));
        Assert.Equal((expected.GetType(), KindOf(file)), (read.GetType(), StoredForms.Write(read).Kind));
        Assert.Equivalent(expected, read, strict: true);
    }

    [Fact]
    public void Every_kind_has_a_file()
    {
        Assert.Equal(
            StoredForms.Values.Keys.Order(StringComparer.Ordinal), Files.Select(row => NameOf(row.Data)).Order(StringComparer.Ordinal));
        foreach (var type in (Type[])[typeof(TaskEvent), typeof(QueueEvent), typeof(AgentEvent)])
            foreach (var kind in type.GetNestedTypes().Where(nested => nested.IsSubclassOf(type)))
                Assert.Contains(kind, StoredForms.Values.Values.Select(value => value.GetType()));
    }

    [Fact]
    public void Whatever_is_written_is_read_the_same() => Stored.Sample(value =>
    {
        var (kind, bytes) = StoredForms.Write(value);
        var read = StoredForms.Read(kind, bytes);
        Assert.Equal(Encoding.UTF8.GetString(bytes), StoredForms.Text(read));
        Assert.Equivalent(value, read, strict: true);
    });

    [Theory]
    [InlineData("task.completed", "{}", 1)]
    [InlineData("task.completed", "{\"token\":1,\"at\":\"2026-01-02T03:04:05Z\"}", 2)]
    [InlineData("task.nonsense", "{}", 1)]
    [InlineData("queue.configured", "[", 1)]
    [InlineData("agent.died", "{\"epoch\":\"1\"}", 1)]
    [InlineData("task.state", "{}", 2)]
    [InlineData("queue.state", "[]", 1)]
    [InlineData("agent.state", "", 1)]
    public void Unreadable_bytes_are_refused_in_one_way(string kind, string payload, short version) =>
        Assert.Throws<FormatException>(() => StoredForms.Read(kind, Encoding.UTF8.GetBytes(payload), version));

    private static string NameOf(string file) => file[Folder.Length..^".json".Length];

    private static string KindOf(string file) => string.Join('.', NameOf(file).Split('.').Take(2));

    private static string ReadFile(string file)
    {
        using var reader = new StreamReader(typeof(GoldenTests).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd().TrimEnd('\n');
    }
}
