using System.Text.Json;
using Memento.Cli;
using Memento.Tests.Client;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>The files of a history as documents of a real server.</summary>
public sealed class DocumentImportTests(MementoServer server) : IClassFixture<MementoServer>, IDisposable
{
    private readonly TemporaryRepository _git = new();
    private readonly string _workspace = "files-" + Guid.NewGuid();
    private readonly HttpMementoClient _client = MementoClient.Connect(new() { Url = server.Url });

    public void Dispose()
    {
        _git.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Files_become_documents_byte_for_byte()
    {
        _git.Write("bin/data.png", "\u0089PNG\0\0");
        _git.Write("empty", "");
        _git.Write("dos.txt", "one\r\ntwo\r\n");
        _git.Write("no-end.md", "no line end");
        _git.Write("run.sh", "#!/bin/sh\n");
        _git.Git("config", "core.fileMode", "false");
        _git.Git("add", "run.sh");
        _git.Git("update-index", "--chmod=+x", "run.sh");
        File.CreateSymbolicLink(Path.Combine(_git.Folder, "link"), "dos.txt");
        _git.Write("ünïcode & space/файл.json", "{\"a\": 1}");
        var commit = _git.Commit("Everything");

        await ImportAsync();

        await AssertFilesAreAsync("HEAD");
        Assert.Equal(("image/png", "text/plain", "text/plain", "text/markdown", "text/plain", "inode/symlink", "application/json"), (
            await TypeAsync("bin/data.png"), await TypeAsync("empty"), await TypeAsync("dos.txt"), await TypeAsync("no-end.md"), await TypeAsync("run.sh"), await TypeAsync("link"), await TypeAsync("ünïcode & space/файл.json")));
        var document = await Documents.GetDocumentAsync(new(DocumentKind.File, "empty"), cancellationToken: Token);
        Assert.Equal(("Ada", "git-" + commit), (document.View.AgentId, document.View.SessionId));
    }

    [Fact]
    public async Task A_change_deletes_and_renames_and_a_second_import_does_nothing()
    {
        _git.Write("stays", "1\n");
        _git.Write("goes", "1\n");
        _git.Write("old/name", "moved\n");
        _git.Commit("First");
        File.Delete(Path.Combine(_git.Folder, "goes"));
        Directory.CreateDirectory(Path.Combine(_git.Folder, "new"));
        File.Move(Path.Combine(_git.Folder, "old/name"), Path.Combine(_git.Folder, "new/name"));
        _git.Write("stays", "2\n");
        _git.Commit("Second");

        var first = await ImportAsync();
        var seq = (await Documents.GetAsync(Token)).Seq;
        var again = await ImportAsync();

        await AssertFilesAreAsync("HEAD");
        Assert.Equal((2, 5, 2, 1), (Count(first, "commits"), Count(first, "written"), Count(first, "deleted"), Count(first, "points")));
        Assert.Equal((0, 2, 0, 0), (Count(again, "commits"), Count(again, "commitsUnchanged"), Count(again, "written"), Count(again, "points")));
        Assert.Equal(seq, (await Documents.GetAsync(Token)).Seq);
        var history = await Documents.GetHistoryAsync(new(DocumentKind.File, "goes"), cancellationToken: Token);
        Assert.Equal([WriteOutcome.Deleted, WriteOutcome.Created], history.Items.Select(v => v.Operation!.Value));
    }

    [Fact]
    public async Task Merges_are_one_change_of_the_branch_and_tags_are_points()
    {
        _git.Commit("base", "1\n");
        _git.Git("tag", "v1");
        foreach (var side in new[] { "a", "b", "c" })
        {
            _git.Git("checkout", "-q", "-b", side, "main");
            _git.Author = side;
            _git.Commit(side, "1\n");
        }

        _git.Git("checkout", "-q", "main");
        _git.Author = "Ada";
        _git.Commit("main", "1\n");
        _git.Clock += 60;
        _git.Git("merge", "-q", "--no-ff", "-m", "All", "a", "b", "c");
        _git.Git("tag", "-a", "-m", "Annotated", "v2");
        _git.Commit("after", "1\n");

        var summary = await ImportAsync();

        Assert.Equal((4, 3), (Count(summary, "commits"), Count(summary, "points")));
        var points = (await Documents.ListPointsAsync(cancellationToken: Token)).Items;
        Assert.All(points, point => Assert.True(point.Pinned && point.ExpiresAt is null));
        await AssertFilesAreAsync("v1", points.Single(p => p.Name == "v1").RollbackPointId);
        await AssertFilesAreAsync("v2", points.Single(p => p.Name == "v2").RollbackPointId);
        await AssertFilesAreAsync("HEAD", points.Single(p => p.Name.StartsWith("commit 4 ", StringComparison.Ordinal)).RollbackPointId);
        Assert.Equal("Ada", (await Documents.GetDocumentAsync(new(DocumentKind.File, "b"), cancellationToken: Token)).View.AgentId);
    }

    [Fact]
    public async Task Submodules_and_what_is_too_large_are_left_out_and_counted()
    {
        _git.Write("grows", "small\n");
        _git.Git("update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,sub");
        _git.Git("add", "grows");
        _git.Git("commit", "-q", "-m", "First");
        _git.Write("grows", new string('x', 11 * 1024 * 1024));
        _git.Write("beside", "1\n");
        _git.Git("add", "grows", "beside");
        _git.Git("commit", "-q", "-m", "Grow");
        _git.Git("rm", "-q", "grows");
        _git.Git("commit", "-q", "-m", "Gone");

        var summary = await ImportAsync();

        Assert.Equal((1, 1, 3), (Count(summary, "tooLarge"), Count(summary, "submodules"), Count(summary, "commits")));
        Assert.Equal(["beside"], (await Documents.ListAsync(new() { Kind = DocumentKind.File }, Token)).Items.Select(d => d.Id));
    }

    [Fact, Trait(Needs.Trait, Needs.Slow)]
    public async Task A_commit_with_more_files_than_a_batch_is_written_whole()
    {
        for (var i = 0; i < 1_500; i++) _git.Write($"f/{i:0000}", $"{i}\n");
        _git.Commit("Many");
        _git.Commit("one", "1\n");

        var summary = await ImportAsync();

        Assert.Equal((2, 1_501), (Count(summary, "commits"), Count(summary, "written")));
        await AssertFilesAreAsync("HEAD");
    }

    [Fact]
    public async Task More_history_goes_on_where_it_was()
    {
        _git.Commit("a", "1\n");
        await ImportAsync();
        _git.Commit("a", "2\n");
        _git.Commit("b", "1\n");

        var more = await ImportAsync();

        Assert.Equal((2, 1, 2, 1), (Count(more, "commits"), Count(more, "commitsUnchanged"), Count(more, "written"), Count(more, "points")));
        await AssertFilesAreAsync("HEAD");
    }

    [Fact]
    public async Task A_rewritten_history_takes_the_files_back_to_where_it_parted()
    {
        _git.Commit("a", "1\n");
        _git.Commit("a", "2\n");
        _git.Commit("lost", "1\n");
        await ImportAsync();
        _git.Git("reset", "-q", "--hard", "HEAD~2");
        _git.Commit("a", "other\n");
        _git.Commit("new", "1\n");

        var after = await ImportAsync();
        var again = await ImportAsync();

        await AssertFilesAreAsync("HEAD");
        Assert.Equal((2, 0), (Count(after, "commits"), Count(again, "commits")));
        Assert.Equal(3, (await Documents.ListAsync(new() { Kind = DocumentKind.Metadata, Prefix = "git/" }, Token)).Items.Length);
    }

    [Fact]
    public async Task Limits_begin_with_all_files_of_the_first_commit()
    {
        _git.Commit("a", "1\n");
        _git.Commit("b", "1\n");
        _git.Commit("c", "1\n");

        var newest = await ImportAsync("--max", "1");
        _git.Commit("d", "1\n");
        var all = await ImportAsync();

        Assert.Equal((1, 3), (Count(newest, "commits"), Count(newest, "written")));
        Assert.Equal(1, Count(all, "commits"));
        await AssertFilesAreAsync("HEAD");
    }

    [Fact]
    public async Task A_session_that_was_rolled_back_stays_so()
    {
        _git.Commit("a", "1\n");
        var start = (await ImportAsync(), (await Documents.ListPointsAsync(cancellationToken: Token)).Items.Single()).Item2;
        _git.Author = "Grace";
        var undone = _git.Commit("b", "1\n");
        _git.Author = "Ada";
        _git.Commit("c", "1\n", wait: 9_000);
        await ImportAsync();

        var rollbacks = _client.Rollbacks(_workspace);
        var done = await rollbacks.StartAsync(start.RollbackPointId, new() { Selection = new() { Sessions = ["git-" + undone] } }, cancellationToken: Token);
        await foreach (var view in rollbacks.WatchAsync(done.OperationId, Token)) done = view;
        _git.Commit("d", "1\n", wait: 9_000);
        await ImportAsync();

        Assert.Equal((Memento.Rollback.RollbackStatus.Completed, 0L), (done.Status, done.ConflictCount));
        Assert.Equal(["a", "c", "d"], (await Documents.ListAsync(new() { Kind = DocumentKind.File }, Token)).Items.Select(d => d.Id));
    }

    [Fact]
    public async Task Documents_can_be_left_out()
    {
        _git.Commit("a", "1\n");

        var summary = await ImportAsync("--no-documents");
        var dry = await ImportAsync("--dry-run");

        Assert.False(summary.TryGetProperty("documents", out _));
        Assert.Equal(1, Count(dry, "commits"));
        Assert.Equal(0, (await Documents.GetAsync(Token)).Seq);
    }

    [Fact]
    public async Task An_import_can_be_stopped_at_any_moment()
    {
        for (var i = 0; i < 60; i++) _git.Commit($"f{i % 7}", $"{i}\n", wait: 10);
        _git.Git("tag", "end");

        await ImportInPiecesAsync();

        await AssertFilesAreAsync("HEAD");
        for (var f = 0; f < 7; f++)
            Assert.Equal((60 - f + 6) / 7, (await Documents.GetHistoryAsync(new(DocumentKind.File, $"f{f}"), cancellationToken: Token)).Items.Length);
        Assert.Equal(["end"], (await Documents.ListPointsAsync(cancellationToken: Token)).Items.Select(p => p.Name));
    }

    [Fact, Trait(Needs.Trait, Needs.Slow)]
    public async Task A_large_commit_can_be_stopped_in_the_middle()
    {
        for (var i = 0; i < 3_000; i++) _git.Write($"f/{i:0000}", $"{i}\n");
        _git.Commit("Many");

        await ImportInPiecesAsync();

        await AssertFilesAreAsync("HEAD");
        for (var i = 0; i < 3_000; i += 97)
            Assert.Single((await Documents.GetHistoryAsync(new(DocumentKind.File, $"f/{i:0000}"), cancellationToken: Token)).Items);
    }

    private IWorkspaceClient Documents => _client.Documents(_workspace);

    private string[] Globals => ["--server", server.Url.AbsoluteUri, "--workspace", _workspace];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Count(JsonElement summary, string name) => summary.GetProperty("documents").GetProperty(name).GetInt32();

    private async Task<string?> TypeAsync(string id) => (await Documents.GetDocumentAsync(new(DocumentKind.File, id), cancellationToken: Token)).Value.ContentType;

    private async Task<JsonElement> ImportAsync(params string[] more)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync([.. Globals, "import", "git", _git.Folder, "--json", .. more], new(output, errors, _ => null, TimeProvider.System), Token);
        Assert.True(code == ExitCode.Done, errors.ToString());
        return JsonDocument.Parse(output.ToString()).RootElement;
    }

    /// <summary>Imports again and again, and stops it each time after a little longer, until it gets to the end.</summary>
    private async Task ImportInPiecesAsync()
    {
        for (var wait = 60; ; wait += 40)
        {
            using var stop = new CancellationTokenSource(wait);
            if (await CommandLine.RunAsync([.. Globals, "import", "git", _git.Folder], new(TextWriter.Null, TextWriter.Null, _ => null, TimeProvider.System), stop.Token) == ExitCode.Done) return;
        }
    }

    /// <summary>Every file of a commit is a document with its bytes, and there is no other.</summary>
    private async Task AssertFilesAreAsync(string commit, string? point = null)
    {
        var expected = _git.Git("-c", "core.quotePath=false", "ls-tree", "-r", "-z", "--name-only", commit).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var there = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Documents.ListAsync(new() { Kind = DocumentKind.File, RollbackPointId = point, Cursor = cursor, Limit = Paging.MaxLimit }, Token);
            there.AddRange(page.Items.Select(d => d.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(expected.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        foreach (var path in expected.Take(50))
        {
            var content = (await Documents.GetDocumentAsync(new(DocumentKind.File, path), point, Token)).Value.Content;
            await File.WriteAllBytesAsync(_git.Folder + "-probe", content, Token);
            Assert.Equal(_git.Git("rev-parse", $"{commit}:{path}"), _git.Git("hash-object", "--no-filters", _git.Folder + "-probe"));
        }
    }
}
