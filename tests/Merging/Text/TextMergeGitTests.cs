using System.Globalization;
using System.Text;
using CsCheck;
using Memento.Tests.Cli;
using Merging;
using Merging.Text;
using Xunit;

namespace Memento.Tests.Merging.Text;

/// <summary>Merges are the ones that git makes, byte for byte, conflict markers included.</summary>
public sealed class TextMergeGitTests
{
    private const int Triples = 400;
    private const string Base = "base", Ours = "ours", Theirs = "theirs";

    [Fact]
    public void Random_edits_merge_as_with_git_merge_file()
    {
        var triples = Some();
        using var repository = new TemporaryRepository();
        for (var i = 0; i < triples.Length; i++)
            foreach (var (name, text) in new[] { (Base, triples[i].Base), (Ours, triples[i].Ours), (Theirs, triples[i].Theirs) })
                File.WriteAllBytes(Path.Combine(repository.Folder, $"{i}.{name}"), text);

        repository.Git("-c", $"alias.merge-all=!for b in *.base; do i=${{b%.base}}; git merge-file -p -L {Ours} -L {Base} -L {Theirs} $i.ours $b $i.theirs >$i.merged || :; done", "merge-all");

        for (var i = 0; i < triples.Length; i++)
            AssertSame(triples[i], DiffAlgorithm.Myers, File.ReadAllBytes(Path.Combine(repository.Folder, $"{i}.merged")));
    }

    [Fact]
    public void Random_edits_merge_as_with_git_merge()
    {
        var triples = Some();
        using var repository = new TemporaryRepository();
        using var script = new MemoryStream();
        Commit(script, Base, triples.Select(t => t.Base), from: null);
        Commit(script, Ours, triples.Select(t => t.Ours), from: Base);
        Commit(script, Theirs, triples.Select(t => t.Theirs), from: Base);
        repository.FastImport(script.ToArray());
        repository.Git("config", "core.autocrlf", "false");

        repository.Git("checkout", "-q", "-f", Ours);
        repository.Git("-c", $"alias.try=!git merge -q --no-commit {Theirs} || :", "try");

        for (var i = 0; i < triples.Length; i++)
            AssertSame(triples[i], DiffAlgorithm.Histogram, File.ReadAllBytes(Path.Combine(repository.Folder, i.ToString(CultureInfo.InvariantCulture))), "HEAD");
    }

    private static (byte[] Base, byte[] Ours, byte[] Theirs)[] Some()
    {
        var triples = Array.Empty<(byte[], byte[], byte[])>();
        TextGen.Triple.Array[Triples].Sample(some => { triples = some; }, iter: 1, threads: 1);
        return triples;
    }

    private static void AssertSame((byte[] Base, byte[] Ours, byte[] Theirs) t, DiffAlgorithm algorithm, byte[] git, string ourLabel = Ours)
    {
        var merged = Encoding.UTF8.GetString(TextMerge.Merge(t.Base, t.Ours, t.Theirs, algorithm).WithMarkers(ourLabel, Theirs));
        if (merged != Encoding.UTF8.GetString(git))
            Assert.Fail($"base:\n{Text(t.Base)}\nours:\n{Text(t.Ours)}\ntheirs:\n{Text(t.Theirs)}\nmerged:\n{merged}\ngit:\n{Text(git)}");
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static void Commit(Stream script, string branch, IEnumerable<byte[]> files, string? from)
    {
        Say($"commit refs/heads/{branch}\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 0\n" + (from is null ? "" : $"from refs/heads/{from}\n"));
        foreach (var (i, file) in files.Index())
        {
            Say($"M 100644 inline {i}\ndata {file.Length}\n");
            script.Write(file);
            Say("\n");
        }

        void Say(string text) => script.Write(Encoding.UTF8.GetBytes(text));
    }
}
