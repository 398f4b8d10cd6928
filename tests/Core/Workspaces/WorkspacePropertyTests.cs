using CsCheck;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;

namespace Memento.Tests.Core.Workspaces;

/// <summary>What holds for every sequence of changes, whatever is asked and however the clock jumps.</summary>
public sealed class WorkspacePropertyTests
{
    private const int Times = 1000;

    private static readonly Gen<string> Id = Gen.Frequency((9, Gen.OneOf("a", "b", "c/d", "é", "🦀")), (1, Gen.OneOf("", "a//b")));
    private static readonly Gen<string> Json = Gen.OneOf("{}", """{"x":1}""", """{"x":1.0}""", """{"x":[1,2]}""", "null", "\"t\"");
    private static readonly Gen<string> Change = Gen.OneOf("""{"x":2}""", """{"x":null}""", """[{"op":"add","path":"/x","value":3}]""", """[{"op":"remove","path":"/x"}]""", "{");
    private static readonly Gen<string?> Match = Gen.Frequency((8, Gen.Const((string?)null)), (1, Gen.Int[1, 9].Select(string? (i) => $"\"{i}\"")), (1, Gen.Const((string?)"*")));

    private static readonly Gen<DocumentOperation> Operation = Gen.Frequency(
        (6, Gen.Select(Id, Json, Gen.Enum<DocumentKind>(), Gen.Bool, (id, json, kind, absent) => Put(id, json, kind) with { IfAbsent = absent && id == "a" })),
        (2, Gen.Select(Id, Gen.Byte.Array[0, 3], Gen.OneOf(null, "text/plain"), (id, bytes, type) => PutFile(id, bytes, type))),
        (2, Id.Select(Delete)),
        (3, Gen.Select(Id, Change, (id, patch) => Patch(id, patch))));

    private static readonly Gen<(double Seconds, DocumentOperation[] Operations, string? Point)[]> Script = Gen.Select(
        Gen.Double[-50, 100],
        Gen.Select(Operation, Match, (operation, match) => operation with { IfMatch = match }).Array[0, 5],
        Gen.Frequency((5, Gen.Const((string?)null)), (1, Gen.OneOf<string?>("s1", "s2")))).Array[0, 30];

    [Fact]
    public void The_root_and_the_sums_are_those_of_the_documents_that_exist() => Script.Sample(script => Play(script, (story, _, _) =>
    {
        Assert.Equal(story.RootFromScratch(), story.State.Root);
        Assert.Equal((story.Documents.Count, story.Documents.Values.Sum(v => (long)v.Content.Length)), (story.State.Documents, story.State.Bytes));
        Assert.Equal(story.Points.Count, story.State.Points);
    }), iter: Times);

    [Fact]
    public void The_chain_changes_with_every_entry_and_the_seq_counts_them() => Script.Sample(script =>
    {
        var story = Play(script);
        var states = new List<WorkspaceState> { WorkspaceState.Empty };
        foreach (var fact in story.Facts) states.Add(Workspace.Apply(states[^1], fact));
        Assert.Equal(states.Count, states.Select(s => s.Chain).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, states.Count).Select(i => (long)i), states.Select(s => s.Seq));
        Assert.Equal(story.State, states[^1]);
    }, iter: Times / 2);

    [Fact]
    public void A_refusal_leaves_no_fact_and_says_why() => Script.Sample(script => Play(script, (story, decision, before) =>
    {
        if (decision.Refusal is not { } refusal) return;
        Assert.Empty(decision.Facts);
        Assert.Same(before, story.State);
        Assert.NotEmpty(refusal.Code);
        Assert.NotEmpty(refusal.Message);
        if (refusal.Code == Codes.ValidationFailed) Assert.NotEmpty(refusal.Errors);
    }), iter: Times);

    [Fact]
    public void Replaying_what_is_stored_gives_the_state_that_was_lived() => Script.Sample(script =>
    {
        var story = Play(script);
        var replayed = story.Facts.Select(WorkspaceFact.Codec.Encode).Aggregate(WorkspaceState.Empty,
            (state, stored) => Workspace.Apply(state, WorkspaceFact.Codec.Decode(stored.Kind, FactCodec<WorkspaceState, WorkspaceFact>.Version, stored.Payload)));
        Assert.Equal(story.State, replayed);
        Assert.Equal(story.State, WorkspaceFact.Codec.DecodeState(FactCodec<WorkspaceState, WorkspaceFact>.Version, WorkspaceFact.Codec.EncodeState(story.State)));
    }, iter: Times / 2);

    [Fact]
    public void Recorded_times_never_decrease_though_the_clock_does() => Script.Sample(script =>
    {
        var facts = Play(script).Facts;
        Assert.Equal(facts.Select(f => f.At).Order(), facts.Select(f => f.At));
    }, iter: Times / 2);

    [Fact]
    public void Every_part_of_an_entry_matters_to_the_chain()
    {
        var documents = new WorkspaceFact.DocumentsChanged { At = Dawn, Root = StateHash.Empty, Documents = 1, Bytes = 2, AgentId = "a", SessionId = "s", Cause = "c" };
        var created = new WorkspaceFact.PointCreated { At = Dawn, RollbackPointId = "r", Name = "n", Root = StateHash.Empty, Documents = 1, Bytes = 2, Chain = default };
        var changed = new WorkspaceFact.PointChanged { At = Dawn, RollbackPointId = "r", Pinned = false };
        var removed = new WorkspaceFact.PointRemoved { At = Dawn, RollbackPointId = "r", Reason = PointEnd.Deleted };
        WorkspaceFact[] facts =
        [
            documents, documents with { At = Dawn.AddMicroseconds(1) }, documents with { AgentId = "b" }, documents with { AgentId = null }, documents with { SessionId = "b" }, documents with { Cause = "b" },
            documents with { Root = new(0, 0, 0, 1) }, documents with { Documents = 2 }, documents with { Bytes = 3 },
            created, created with { RollbackPointId = "q" }, created with { Name = "m" }, created with { Root = new(0, 0, 0, 1) }, created with { Pinned = true }, created with { ExpiresAt = Dawn }, created with { SessionId = "s" }, created with { AgentId = "s" },
            changed, changed with { Pinned = true }, changed with { ExpiresAt = Dawn }, changed with { RollbackPointId = "q" },
            removed, removed with { Reason = PointEnd.Expired },
        ];

        Assert.Equal(facts.Length, facts.Select(f => Workspace.Apply(WorkspaceState.Empty, f).Chain).Distinct().Count());
        Assert.NotEqual(Workspace.Apply(WorkspaceState.Empty, removed).Chain, Workspace.Apply(new() { Seq = 1 }, removed).Chain);
    }

    /// <summary>Chains are stored: what they are made of must never change.</summary>
    [Fact]
    public void The_chain_is_the_one_that_is_stored()
    {
        var story = new WorkspaceStory();
        story.Write(Put("a", "1"));
        var point = story.Point("s1");
        story.Try(new WorkspaceCommand.ChangePoint(point, new() { Pinned = true, AgentId = "ada" }));
        story.Try(new WorkspaceCommand.RemovePoint(point, PointEnd.Deleted));

        Assert.Equal("fc5d883adc94bfe81bf704c6f4bf9b66b7c98072855599e47e0e891ecd4fafd4", story.State.Chain.ToString());
    }

    private static WorkspaceStory Play((double Seconds, DocumentOperation[] Operations, string? Point)[] script, Action<WorkspaceStory, Decision<WorkspaceFact>, WorkspaceState>? check = null)
    {
        var story = new WorkspaceStory { Limits = new() { MaxBatch = 4, MaxBatchBytes = 25, MaxDocumentBytes = 12, MaxPointsPerSession = 2, MaxPointsPerWorkspace = 3 } };
        foreach (var (seconds, operations, point) in script)
        {
            var before = story.State;
            story.Later(seconds);
            var decision = point is null ? story.Try(new Author("ada"), [.. operations]) : story.TryPoint(new() { Name = "p", SessionId = point, Pinned = seconds > 80 });
            check?.Invoke(story, decision, before);
        }

        return story;
    }
}
