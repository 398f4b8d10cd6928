using System.Text;
using Memento.Cli;
using Memento.Cli.Git;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>What the git command really says, and what is made of it.</summary>
public sealed class GitReadingTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);
    private readonly TemporaryRepository _git = new();

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task Operations_lines_renames_and_binaries_are_told()
    {
        _git.Commit("a.txt", "1\n2\n3\n4\n5\n");
        _git.Commit("b.bin", "\0\u0001\u0002 binary");
        _git.Git("mv", "a.txt", "dir-a.txt");
        _git.Commit("Rename");
        _git.Commit("dir-a.txt", "1\n2\n3\n4\n6\n7\n");
        File.Delete(Path.Combine(_git.Folder, "b.bin"));
        _git.Commit("Remove");
        _git.Commit("Nothing at all");

        var events = await EventsAsync(_git.Folder);

        Assert.Equal(
            ["added a.txt 5", "added b.bin 0", "renamed dir-a.txt,a.txt 0", "modified dir-a.txt 3", "deleted b.bin 0", "modified  0"],
            events.Select(e => $"{NamedEnumConverter<Operation>.NameOf(e.ChangeInfo.Operation)} {string.Join(',', e.ChangeInfo.EntityIds)} {e.ChangeInfo.AffectedLines}"));
        Assert.All(events, e => Assert.Equal((EventType.Modified, "Ada"), (e.Type, e.Actor)));
        Assert.Equal([ElementType.Function, ElementType.Function, ElementType.Cluster], events.Take(3).Select(e => e.ChangeInfo.ElementType));
    }

    [Fact]
    public async Task Merges_are_handoffs_compared_with_their_first_parent_octopuses_too()
    {
        _git.Commit("base", "0\n");
        foreach (var branch in (string[])["one", "two", "three"])
        {
            _git.Git("checkout", "-q", "-b", branch, "main");
            _git.Commit(branch, "x\n");
        }

        _git.Git("checkout", "-q", "main");
        _git.Clock += 60;
        _git.Git("merge", "-q", "--no-ff", "-m", "Two at once", "one", "two");
        _git.Clock += 60;
        _git.Git("merge", "-q", "--no-ff", "-m", "Third", "three");

        var events = await EventsAsync(_git.Folder);

        Assert.Equal(6, events.Count);
        Assert.Equal((EventType.Handoff, "one,two", 3), (events[4].Type, string.Join(',', events[4].ChangeInfo.EntityIds), Int(events[4], "parents")));
        Assert.Equal((EventType.Handoff, "three", 2), (events[5].Type, string.Join(',', events[5].ChangeInfo.EntityIds), Int(events[5], "parents")));
    }

    [Fact]
    public async Task A_commit_that_is_reverted_later_broke_and_the_revert_mends_it()
    {
        _git.Commit("a", "1\n");
        var bad = _git.Commit("a", "2\n", "Break it");
        _git.Commit("b", "1\n");
        _git.Clock += 60;
        _git.Git("revert", "--no-edit", bad);

        var events = await EventsAsync(_git.Folder);

        Assert.Equal([EventType.Modified, EventType.Broke, EventType.Modified, EventType.Modified], events.Select(e => e.Type));
        Assert.Equal(new StateTransition { From = WorkState.Working, To = WorkState.Broken, VerifiedBy = VerifiedBy.Manual, Confidence = 1 }, events[1].StateTransition);
        Assert.Equal(new Impact { Severity = Severity.High, ExternalRef = _git.Head() }, events[1].Impact);
        Assert.Null(events[2].StateTransition);
        Assert.Equal((WorkState.Broken, WorkState.Working), (events[3].StateTransition!.From, events[3].StateTransition!.To));
        Assert.Contains(bad, events[3].Metadata!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authors_are_known_by_the_mailmap()
    {
        _git.Author = "ada_l";
        _git.Commit(".mailmap", "Ada Lovelace <ada_l@example.org>\n");

        Assert.Equal("Ada Lovelace", Assert.Single(await EventsAsync(_git.Folder)).Actor);
    }

    [Fact]
    public async Task A_shallow_clone_does_not_pretend_that_its_edge_added_everything()
    {
        for (var i = 0; i < 5; i++) _git.Commit($"file{i}", "1\n");
        var shallow = _git.CloneShallow(2);

        var repository = await GitRepository.OpenAsync(shallow, Token);
        var events = await EventsAsync(shallow);

        Assert.True(repository.IsShallow);
        Assert.Equal(2, events.Count);
        Assert.Empty(events[0].ChangeInfo.EntityIds);
        Assert.Contains("\"shallow\":true", events[0].Metadata!.Text, StringComparison.Ordinal);
        Assert.Equal(["file4"], events[1].ChangeInfo.EntityIds);
    }

    [Fact]
    public async Task Names_and_subjects_that_are_no_UTF8_are_replaced()
    {
        byte[] script =
        [
            .. "commit refs/heads/main\ncommitter "u8, 0xC4, 0xFF, .. "da <a@x> 1700000000 +0000\ndata 9\n"u8, .. Latin("Gr\u00f6\u00dfe ok\n"),
            .. "M 100644 inline \"a\\tb\\377\\n.txt\"\ndata 2\nx\n\n"u8,
        ];
        _git.FastImport(script);

        var happened = Assert.Single(await EventsAsync(_git.Folder));

        Assert.Contains("da", happened.Actor, StringComparison.Ordinal);
        Assert.Contains("Gr", happened.Metadata!.Text, StringComparison.Ordinal);
        var name = Assert.Single(happened.ChangeInfo.EntityIds);
        Assert.Null(Names.Problem(name));
        Assert.StartsWith("a b", name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_files_than_an_event_may_name_are_counted()
    {
        for (var i = 0; i < 1_200; i++) _git.Write($"many/{i:d4}", "x\n");
        _git.Commit("Many");

        var happened = Assert.Single(await EventsAsync(_git.Folder));

        Assert.Equal(1_000, happened.ChangeInfo.EntityIds.Length);
        Assert.Equal((1_200, 1_200), (Int(happened, "files"), Int(happened, "entitiesTotal")));
        Assert.Equal(1_200, happened.ChangeInfo.AffectedLines);
    }

    [Fact]
    public async Task Times_out_of_range_are_clamped_and_the_original_is_kept()
    {
        _git.Clock = 4_000_000_000;
        _git.Commit("a", "1\n");

        var happened = Assert.Single(await EventsAsync(_git.Folder));

        Assert.Equal(Now, happened.OccurredAt);
        Assert.Contains("\"committedAtUnix\":4000000060", happened.Metadata!.Text, StringComparison.Ordinal);
        Assert.Equal((DateTimeOffset.UnixEpoch, true), CommitEvents.Clamp(-5, Now));
        Assert.False(CommitEvents.Clamp(Now.ToUnixTimeSeconds() + 3600, Now).Clamped);
    }

    [Fact]
    public async Task A_repository_without_commits_has_no_history()
    {
        var repository = await GitRepository.OpenAsync(_git.Folder, Token);

        Assert.Null(repository.Head);
        Assert.Empty((await HistoryReader.ReadAsync(repository, _ => { }, Token)).Commits);
    }

    [Fact]
    public async Task A_folder_without_repository_is_wrong_usage()
    {
        var folder = Directory.CreateTempSubdirectory("memento-none-").FullName;
        try
        {
            Assert.Equal(ExitCode.WrongUsage, (await Assert.ThrowsAsync<CommandException>(() => GitRepository.OpenAsync(folder, Token))).ExitCode);
            Assert.Equal(ExitCode.WrongUsage, (await Assert.ThrowsAsync<CommandException>(() => GitRepository.OpenAsync(Path.Combine(folder, "none"), Token))).ExitCode);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task A_repository_is_known_by_its_folder_from_inside_and_when_bare()
    {
        _git.Commit("sub/a", "1\n");
        _git.Git("clone", "-q", "--bare", ".", "../bare.git");

        Assert.Equal("project", (await GitRepository.OpenAsync(Path.Combine(_git.Folder, "sub"), Token)).Name);
        Assert.Equal("bare", (await GitRepository.OpenAsync(Path.Combine(_git.Folder, "..", "bare.git"), Token)).Name);
    }

    [Fact]
    public async Task Fields_of_any_length_are_read_and_cut_at_the_bound()
    {
        var bytes = Encoding.ASCII.GetBytes("short\0" + new string('x', 1_000_000) + "\0\0last");
        var reader = new NulReader(new MemoryStream(bytes));

        Assert.Equal("short", Encoding.ASCII.GetString((await reader.ReadAsync(Token))!.Value.Span));
        Assert.Equal(256 * 1024, (await reader.ReadAsync(Token))!.Value.Length);
        Assert.Equal(0, (await reader.ReadAsync(Token))!.Value.Length);
        Assert.Equal("last", Encoding.ASCII.GetString((await reader.ReadAsync(Token))!.Value.Span));
        Assert.Null(await reader.ReadAsync(Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static int Int(NewEvent e, string name) => System.Text.Json.JsonDocument.Parse(e.Metadata!.Text).RootElement.GetProperty(name).GetInt32();

    private static async Task<List<NewEvent>> EventsAsync(string folder)
    {
        var repository = await GitRepository.OpenAsync(folder, Token);
        var history = await HistoryReader.ReadAsync(repository, _ => { }, Token);
        var work = RunPlanner.Plan(history, new HashSet<ObjectId>()).Select(run => new RunWork(run, true, run.Commits)).ToArray();
        var events = new List<NewEvent>();
        await foreach (var batch in EventBatches.ReadAsync(repository, history, work, Now, Token)) events.AddRange(batch.Events);
        Assert.Empty(SessionValidation.Problems([.. events.Take(500)], new(), Now));
        return events;
    }
}
