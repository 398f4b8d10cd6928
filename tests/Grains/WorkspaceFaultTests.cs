using System.Globalization;
using System.Text.Json;
using Memento.Storage;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

/// <summary>Appends that fail under a workspace with many writers: nobody is told what is not so, and nothing is lost that is.</summary>
public sealed class WorkspaceFaultTests(SessionClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<SessionClusterFixture<SqliteTestDatabase>>, IDisposable
{
    private readonly SessionCluster _cluster = fixture.Cluster;
    private readonly string _name = NewName();

    private IWorkspaceGrain Workspace => _cluster.Workspace(_name);

    private IWorkspaceQueryGrain Documents => _cluster.Documents(_name);

    public void Dispose() => _cluster.Faults.Heal();

    [Fact]
    public async Task Writers_behind_a_failed_append_succeed_or_are_told_and_each_change_is_there_once()
    {
        await Workspace.DoAsync(Put("list", "[]"), Put("other", "[]"));
        var number = 0;
        _cluster.Faults.OnAppend = (_, commit) => Interlocked.Increment(ref number) is 50 or 150 or 350 ? Task.FromException(JournalFaults.Unreachable()) : commit();

        var told = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => TryAsync(Add(i % 2 == 0 ? "list" : "other", i), Put($"own{i}", "1"))));

        _cluster.Faults.Heal();
        var stored = told.Select((ok, i) => (ok, i)).Where(x => x.ok).Select(x => x.i).ToArray();
        Assert.InRange(stored.Length, 397, 399);
        Assert.Equal(stored.Where(i => i % 2 == 0), (await NumbersAsync("list")).Order());
        Assert.Equal(stored.Where(i => i % 2 == 1), (await NumbersAsync("other")).Order());
        Assert.Equal(stored.Length + 1, (await Workspace.GetAsync()).Seq);
        Assert.Equal(stored.Length + 2, (await _cluster.AddsUpAsync(_name)).Count);
    }

    [Fact]
    public async Task The_very_first_append_fails_and_the_others_go_on()
    {
        var number = 0;
        _cluster.Faults.OnAppend = (_, commit) => Interlocked.Increment(ref number) == 1 ? Task.FromException(JournalFaults.Unreachable()) : commit();

        var told = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => TryAsync(Put($"d{i % 10}", $"{i}"))));

        Assert.Equal(49, told.Count(ok => ok));
        Assert.Equal(49, (await Workspace.GetAsync()).Seq);
        Assert.Equal(10, (await _cluster.AddsUpAsync(_name)).Count);
    }

    [Fact]
    public async Task A_write_with_an_unknown_outcome_that_was_stored_is_seen_and_answered_to_its_key()
    {
        _cluster.Faults.OnAppend = async (_, commit) =>
        {
            await commit();
            throw JournalFaults.Unreachable();
        };
        var request = new WriteDocuments { Operations = [Put("a", "1")] };
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => Workspace.WriteAsync(request, "key"));
        _cluster.Faults.Heal();

        Assert.Equal(1, (await Workspace.GetAsync()).Seq);
        Assert.Equal(WriteOutcome.Created, Assert.Single((await Workspace.WriteAsync(request, "key")).Documents).Outcome);
        Assert.Equal(WriteOutcome.Unchanged, Assert.Single((await Workspace.DoAsync(Put("a", "1"))).Documents).Outcome);
        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => Workspace.DoAsync(Put("a", "2") with { IfAbsent = true }));
        await _cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_patch_sees_the_write_that_is_under_way()
    {
        await Workspace.DoAsync(Put("a", """{"x":0}"""));
        var (reached, release) = HoldNext(fails: false);
        var first = Workspace.DoAsync(Put("a", """{"x":1}"""));
        await reached.Task.WaitAsync(SessionCluster.Patience, Token);

        var second = Workspace.DoAsync(Patch("a", """{"y":2}"""));
        var third = Workspace.DoAsync(Patch("a", """[{"op":"test","path":"/x","value":1},{"op":"add","path":"/z","value":3}]"""));
        Assert.Equal("""{"x":0}""", await Documents.TextAsync("a"));
        Assert.Equal(1, (await Workspace.GetAsync()).Seq);
        release.SetResult();

        Assert.Equal([2L, 3, 4], (await Task.WhenAll(first, second, third)).Select(r => r.Seq).Order());
        Assert.Equal("""{"x":1,"y":2,"z":3}""", await Documents.TextAsync("a"));
        await _cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_patch_on_a_write_that_fails_is_applied_to_what_is_there()
    {
        await Workspace.DoAsync(Put("a", """{"x":0}"""));
        var (reached, release) = HoldNext(fails: true);
        var first = Workspace.DoAsync(Put("a", """{"x":1}"""));
        await reached.Task.WaitAsync(SessionCluster.Patience, Token);
        var second = Workspace.DoAsync(Patch("a", """{"y":2}"""));
        Assert.Equal(1, (await Workspace.GetAsync()).Seq);   // the patch has reached the journal by now
        release.SetResult();

        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => first);
        await second;
        Assert.Equal("""{"x":0,"y":2}""", await Documents.TextAsync("a"));
        await _cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task What_is_decided_on_a_write_under_way_is_told_only_when_that_is_stored()
    {
        var (reached, release) = HoldNext(fails: true);
        var first = Workspace.DoAsync(Put("a", "1"));
        await reached.Task.WaitAsync(SessionCluster.Patience, Token);
        var waiting = new List<Task<WriteResult>> { Workspace.DoAsync(Put("a", "1")), Workspace.DoAsync(Put("a", "1") with { IfAbsent = true }), Workspace.DoAsync(Put("a", "1") with { IfMatch = "5" }) };
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Workspace.DoAsync(Put("", "1")));
        Assert.Equal(0, (await Workspace.GetAsync()).Seq);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        release.SetResult();

        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => first);
        foreach (var task in waiting)
            Assert.True(await Record.ExceptionAsync(() => task) is null or MementoException { Code: Codes.DatabaseNotReady or Codes.VersionConflict }, $"{task.Exception}");
        await Workspace.DoAsync(Put("a", "2"));
        Assert.Equal("2", await Documents.TextAsync("a"));
        await _cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_point_after_a_failed_write_has_the_root_of_what_is_stored()
    {
        await Workspace.DoAsync(Put("a", "1"));
        var root = (await Workspace.GetAsync()).Root;
        var (reached, release) = HoldNext(fails: true);
        var write = Workspace.DoAsync(Put("b", "1"));
        await reached.Task.WaitAsync(SessionCluster.Patience, Token);
        var creating = Workspace.CreatePointAsync(new() { Name = "p" });
        await Workspace.GetAsync();
        release.SetResult();

        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => write);
        var point = await creating;
        Assert.Equal((2L, root), (point.Seq, point.Root));
        Assert.Equal(1, (await Workspace.GetAsync()).RollbackPoints);
    }

    [Fact]
    public async Task A_reading_that_fails_is_tried_again_by_the_next_call()
    {
        await Workspace.DoAsync(Put("a", "1"));
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => Workspace.DoAsync(Put("a", "2")));
        _cluster.Faults.OnRead = () => throw JournalFaults.Unreachable();
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => Workspace.DoAsync(Put("a", "2")));
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => Workspace.GetAsync());
        _cluster.Faults.Heal();

        Assert.Equal(2, (await Workspace.DoAsync(Put("a", "2"))).Seq);
        await _cluster.AddsUpAsync(_name);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DocumentOperation Add(string id, int number) => Patch(id, string.Create(CultureInfo.InvariantCulture, $$"""[{"op":"add","path":"/-","value":{{number}}}]"""));

    /// <summary>Holds the next append back until it is released.</summary>
    private (TaskCompletionSource Reached, TaskCompletionSource Release) HoldNext(bool fails)
    {
        var (reached, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var held = Task.CompletedTask;
        var first = true;
        _cluster.Faults.OnAppend = (append, commit) =>
        {
            if (!first) return BehindAsync(append, held, commit);   // as in the journal: what is behind waits, and is void if that in front failed
            first = false;
            reached.SetResult();
            return held = HeldAsync(append, commit);
        };
        return (reached, release);

        async Task HeldAsync(Append append, Func<Task> commit)
        {
            await release.Task;
            if (!fails)
            {
                await commit();
                return;
            }

            append.Writer.Break();
            throw JournalFaults.Unreachable();
        }

        static async Task BehindAsync(Append append, Task front, Func<Task> commit)
        {
            await front.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (append.Writer.IsBroken) throw StoreErrors.StaleWriter(append.Writer.Name);
            await commit();
        }
    }

    private async Task<bool> TryAsync(params DocumentOperation[] operations)
    {
        try
        {
            await Workspace.DoAsync([.. operations]);
            return true;
        }
        catch (MementoException e) when (e.Code == Codes.DatabaseNotReady)
        {
            return false;
        }
    }

    private async Task<int[]> NumbersAsync(string id) => [.. JsonDocument.Parse(await Documents.TextAsync(id)).RootElement.EnumerateArray().Select(e => e.GetInt32())];
}
