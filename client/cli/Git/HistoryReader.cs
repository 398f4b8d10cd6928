using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace Memento.Cli.Git;

/// <summary>Reads the shape of a history: who, when, after what, and what reverts what. No messages and no changes are kept.</summary>
internal static partial class HistoryReader
{
    private const int MaxParents = 1024;

    public static async Task<History> ReadAsync(GitRepository repository, Action<int> commitsRead, CancellationToken cancellationToken)
    {
        if (repository.Head is not { } head) return History.Empty;
        var builder = new History.Builder();
        await ReadCommitsAsync(repository, head, builder, commitsRead, cancellationToken);
        await ReadRevertsAsync(repository, head, builder, cancellationToken);
        return builder.Build();
    }

    private static async Task ReadCommitsAsync(GitRepository repository, ObjectId head, History.Builder builder, Action<int> commitsRead, CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(repository.Folder, "log", "--topo-order", "--reverse", "-z", "--encoding=UTF-8", "--format=tformat:%H%x00%aN%x00%aE%x00%ct%x00%P", head.ToString());
        git.Input.Close();
        var fields = new NulReader(git.Output);
        var parents = new ObjectId[MaxParents];
        for (var count = 1; await fields.ReadAsync(cancellationToken) is { } hash; count++)
        {
            var id = ObjectId.Parse(hash.Span);
            var name = Encoding.UTF8.GetString((await NextAsync()).Span);
            var author = EntityNames.OfAuthor(name, Encoding.UTF8.GetString((await NextAsync()).Span));
            var time = Utf8Parser.TryParse((await NextAsync()).Span, out long seconds, out _) ? seconds : 0;
            builder.Add(id, author, time, Parents((await NextAsync()).Span, parents));
            if (count % 1000 == 0) commitsRead(count);
        }

        await git.FinishAsync(cancellationToken);

        async ValueTask<ReadOnlyMemory<byte>> NextAsync() => await fields.ReadAsync(cancellationToken) ?? throw new InvalidDataException("git stopped in the middle of a commit.");
    }

    private static async Task ReadRevertsAsync(GitRepository repository, ObjectId head, History.Builder builder, CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(repository.Folder, "log", "-z", "--encoding=UTF-8", "--basic-regexp", "--grep=This reverts commit [0-9a-f]", "--format=tformat:%H%x00%B", head.ToString());
        git.Input.Close();
        var fields = new NulReader(git.Output);
        while (await fields.ReadAsync(cancellationToken) is { } hash)
        {
            var id = ObjectId.Parse(hash.Span);
            if (await fields.ReadAsync(cancellationToken) is not { } message) break;
            foreach (Match match in Reverted().Matches(Encoding.UTF8.GetString(message.Span))) builder.AddRevert(id, match.Groups[1].Value);
        }

        await git.FinishAsync(cancellationToken);
    }

    private static ReadOnlySpan<ObjectId> Parents(ReadOnlySpan<byte> text, ObjectId[] parents)
    {
        var count = 0;
        foreach (var range in text.Split((byte)' '))
            if (text[range] is { IsEmpty: false } hash && count < MaxParents) parents[count++] = ObjectId.Parse(hash);
        return parents.AsSpan(0, count);
    }

    /// <summary>What <c>git revert</c> writes.</summary>
    [GeneratedRegex(@"This reverts commit ([0-9a-f]{7,64})\b")]
    private static partial Regex Reverted();
}
