using Memento.Cli.Git;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>A whole import: into an empty workspace, again, after a crash, after more work.</summary>
public sealed class GitImportTests : IDisposable
{
    private readonly TemporaryRepository _git = new();
    private readonly InMemorySessions _sessions = new(TimeProvider.System);

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task Runs_become_sessions_and_commits_events()
    {
        var first = _git.Commit("a", "1\n");
        _git.Commit("a", "2\n");
        _git.Author = "Grace";
        var other = _git.Commit("b", "1\n");
        _git.Author = "Ada";
        var later = _git.Commit("a", "3\n", wait: 7200);

        var summary = await ImportAsync();

        Assert.Equal((3, 3, 4, 0), (summary.Sessions, summary.SessionsCreated, summary.Events, summary.EventsUnchanged));
        Assert.Equal(new[] { first, other, later }.Select(h => "git-" + h).Order(), _sessions.Logs.Keys.Order());
        var session = _sessions.View("git-" + first);
        Assert.Equal(("Ada", 2L, null), (session.AgentIds.Single(), session.EventCount, session.ExpiresAt));
        Assert.Equal($$"""{"source":"git","repository":"project","firstCommit":"{{first}}"}""", session.Metadata!.Text);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_060), session.OccurredFrom);
    }

    [Fact]
    public async Task A_second_import_asks_once_and_writes_nothing()
    {
        for (var i = 0; i < 20; i++) _git.Commit("a", $"{i}\n", wait: 4000);
        await ImportAsync();
        var calls = _sessions.Calls;

        var again = await ImportAsync();

        Assert.Equal((0, 0, 20, 20), (again.Events, again.SessionsCreated, again.SessionsUnchanged, again.EventsUnchanged));
        Assert.Equal(1, _sessions.Calls - calls);
    }

    [Fact]
    public async Task More_history_adds_only_what_is_new()
    {
        _git.Commit("a", "1\n");
        _git.Git("checkout", "-q", "-b", "side");
        _git.Commit("side", "1\n", wait: 5);
        _git.Git("checkout", "-q", "main");
        _git.Commit("a", "2\n", wait: 4000);
        await ImportAsync();
        var before = _sessions.Logs;

        _git.Clock += 10;
        _git.Git("merge", "-q", "--no-ff", "-m", "Merge", "side");
        var after = await ImportAsync();

        Assert.Equal((2, 0, 2), (after.Events, after.SessionsCreated, after.SessionsResumed));
        await AssertEachCommitOnceAsync();
        foreach (var (id, log) in before) Assert.Equal(log, _sessions.Logs[id].Take(log.Length));
    }

    [Fact]
    public async Task Limits_take_whole_runs_and_the_rest_can_follow()
    {
        for (var i = 0; i < 10; i++) _git.Commit("a", $"{i}\n", wait: i % 2 == 0 ? 4000 : 10);

        var newest = await ImportAsync(max: 3);
        var since = await ImportAsync(since: _git.Clock - 10_000);
        var all = await ImportAsync();

        Assert.Equal((2, 4), (newest.Sessions, newest.Events));
        Assert.Equal(2, since.Events);
        Assert.Equal((5, 4), (all.Sessions, all.Events));
        await AssertEachCommitOnceAsync();
    }

    [Fact]
    public async Task An_amended_commit_is_imported_and_the_old_one_stays()
    {
        var first = _git.Commit("a", "1\n");
        _git.Commit("a", "2\n");
        await ImportAsync();
        _git.Clock += 30;
        _git.Write("a", "3\n");
        _git.Git("commit", "-q", "--amend", "-am", "Better");

        await ImportAsync();
        var again = await ImportAsync();

        Assert.Equal(3, _sessions.Logs["git-" + first].Length);
        Assert.Equal(0, again.Events);
    }

    [Fact]
    public async Task A_deleted_session_stays_deleted()
    {
        var first = _git.Commit("a", "1\n");
        await ImportAsync();
        await _sessions.DeleteAsync("git-" + first, Token);

        var again = await ImportAsync();

        Assert.Equal((1, 0, 0), (again.SessionsDeleted, again.SessionsCreated, again.Events));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_done()
    {
        _git.Commit("a", "1\n");

        var summary = await ImportAsync(dryRun: true);

        Assert.Equal((1, 1, true), (summary.SessionsCreated, summary.Events, summary.DryRun));
        Assert.Empty(_sessions.Logs);
    }

    [Fact]
    public async Task A_repository_without_commits_is_nothing_to_do()
    {
        var summary = await ImportAsync();

        Assert.Equal((0, 0, false), (summary.Sessions, summary.Events, summary.Interrupted));
    }

    /// <summary>The connection is lost before or after any write, as a kill would do it; the next import must end where one import would.</summary>
    [Fact]
    public async Task Stopped_anywhere_and_run_again_gives_the_same_as_one_run()
    {
        for (var i = 0; i < 8; i++)
        {
            _git.Author = i % 3 == 0 ? "Grace" : "Ada";
            _git.Commit("f" + i, "1\n", wait: i % 4 == 0 ? 4000 : 10);
        }

        await ImportAsync();
        var whole = Describe(_sessions);
        for (var stopAt = 1; stopAt <= 12; stopAt++)
        {
            foreach (var happened in (bool[])[false, true])
            {
                var sessions = new InMemorySessions(TimeProvider.System);
                var left = stopAt;
                void Stop(string _)
                {
                    if (Interlocked.Decrement(ref left) <= 0) throw new IOException("The connection is lost.");
                }

                if (happened) sessions.AfterWrite = Stop;
                else sessions.BeforeWrite = Stop;
                var stopped = await Record.ExceptionAsync(() => ImportAsync(sessions));
                (sessions.BeforeWrite, sessions.AfterWrite) = (_ => { }, _ => { });
                await ImportAsync(sessions);

                Assert.True(stopped is null or IOException);
                Assert.Equal(whole, Describe(sessions));
            }
        }
    }

    [Fact]
    public async Task Two_imports_at_once_double_nothing()
    {
        for (var i = 0; i < 12; i++) _git.Commit("f" + i, "1\n", wait: i % 3 == 0 ? 4000 : 10);

        await Task.WhenAll(ImportAsync(), ImportAsync(), ImportAsync());

        await AssertEachCommitOnceAsync();
    }

    [Fact]
    public async Task A_failure_is_told_and_the_summary_says_that_it_is_not_complete()
    {
        _git.Commit("a", "1\n");
        _sessions.BeforeWrite = _ => throw new MementoException(Refusal.Of(RefusalKind.Unavailable, Codes.StorageFull, "The disk is full."));
        ImportSummary? summary = null;

        var refused = await Assert.ThrowsAsync<MementoException>(() =>
            new GitImport(_sessions, null, TimeProvider.System, new Silent()).RunAsync(new(_git.Folder, null, null, 4, false), s => summary = s, Token));

        Assert.Equal(Codes.StorageFull, refused.Code);
        Assert.True(summary!.Interrupted);
    }

    [Fact]
    public async Task A_session_of_many_commits_comes_in_order_over_several_requests()
    {
        var script = new System.Text.StringBuilder();
        for (var i = 1; i <= 1_201; i++)
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"commit refs/heads/main\ncommitter Ada <a@x> {1_700_000_000 + i} +0000\ndata 1\n{i % 10}\nM 100644 inline f{i}\ndata 1\nx\n");
        _git.FastImport(System.Text.Encoding.UTF8.GetBytes(script.ToString()));

        await ImportAsync();

        var log = Assert.Single(_sessions.Logs).Value;
        Assert.Equal(Enumerable.Range(1, 1_201).Select(i => $"f{i}"), log.Select(e => e.ChangeInfo.EntityIds.Single()));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string[] Describe(InMemorySessions sessions) => [.. sessions.Logs.OrderBy(x => x.Key, StringComparer.Ordinal)
        .Select(x => x.Key + ": " + string.Join(", ", x.Value.Select(e => $"{e.Seq} {e.Metadata} {e.OccurredAt:O}")))];

    private async Task AssertEachCommitOnceAsync()
    {
        var repository = await GitRepository.OpenAsync(_git.Folder, Token);
        var history = await HistoryReader.ReadAsync(repository, _ => { }, Token);
        var imported = new List<ObjectId>();
        foreach (var id in _sessions.Logs.Keys) imported.AddRange(await new ImportedSessions(_sessions).CommitsAsync(id, Token));
        Assert.Equal(history.Commits.Select(c => c.Id).Order(), imported.Order());
        Assert.Equal(history.Commits.Count, _sessions.Logs.Values.Sum(log => log.Length));
    }

    private Task<ImportSummary> ImportAsync(long? since = null, int? max = null, bool dryRun = false) => ImportAsync(_sessions, since, max, dryRun);

    private async Task<ImportSummary> ImportAsync(InMemorySessions sessions, long? since = null, int? max = null, bool dryRun = false)
    {
        ImportSummary? summary = null;
        await new GitImport(sessions, null, TimeProvider.System, new Silent()).RunAsync(new(_git.Folder, since, max, 4, dryRun), s => summary = s, Token);
        return summary!;
    }

    private sealed class Silent : IImportProgress
    {
        public void Stage(string name) { }

        public void Note(string text) { }

        public void Report(long done, long total) { }
    }
}
