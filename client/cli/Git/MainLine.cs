using System.Text;

namespace Memento.Cli.Git;

/// <summary>The commits that HEAD reaches by first parents alone, oldest first: the branch, with a merge as one change of it.</summary>
internal sealed class MainLine
{
    private readonly Dictionary<ObjectId, int> _positions;

    private MainLine(int[] commits, IReadOnlyList<ObjectId> ids)
    {
        (Commits, Ids) = (commits, ids);
        _positions = new(ids.Count);
        for (var i = 0; i < ids.Count; i++) _positions.Add(ids[i], i);
    }

    /// <summary>Indices into <see cref="History.Commits"/>.</summary>
    public int[] Commits { get; }

    public IReadOnlyList<ObjectId> Ids { get; }

    /// <summary>Where a commit stands, from 0; null if it is not on the line.</summary>
    public int? PositionOf(ObjectId commit) => _positions.TryGetValue(commit, out var position) ? position : null;

    public static MainLine Of(History history, ObjectId head)
    {
        var at = history.Commits.Count - 1;
        while (at >= 0 && history.Commits[at].Id != head) at--;
        var line = new List<int>();
        for (; at >= 0; at = history.Commits[at].FirstParent) line.Add(at);
        line.Reverse();
        return new([.. line], line.ConvertAll(index => history.Commits[index].Id));
    }

    /// <summary>Names of tags by the commit that they lead to. Tags of trees and blobs are left out.</summary>
    public static async Task<ILookup<ObjectId, string>> TagsAsync(string folder, CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(folder, "for-each-ref", "--format=%(objectname)%00%(*objectname)%00%(refname:strip=2)%00", "refs/tags");
        git.Input.Close();
        var (fields, found) = (new NulReader(git.Output), new List<(ObjectId Commit, string Name)>());
        while (await fields.ReadAsync(cancellationToken) is { } field)
        {
            var tagged = Encoding.ASCII.GetString(field.Span).TrimStart('\n');
            if (tagged.Length == 0) continue;   // The line end behind the last one.
            var peeled = Encoding.ASCII.GetString((await NextAsync()).Span);
            var name = EntityNames.OfPath((await NextAsync()).Span);
            if (ObjectId.TryParse(peeled.Length > 0 ? peeled : tagged, out var commit)) found.Add((commit, name));
        }

        await git.FinishAsync(cancellationToken);
        return found.ToLookup(tag => tag.Commit, tag => tag.Name);

        async ValueTask<ReadOnlyMemory<byte>> NextAsync() => await fields.ReadAsync(cancellationToken) ?? throw new InvalidDataException("git stopped in the middle of a tag.");
    }
}
