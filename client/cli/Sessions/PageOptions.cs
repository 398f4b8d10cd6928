using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Memento.Cli.Sessions;

/// <summary>The options by which a list is read page by page, or at once.</summary>
internal sealed class PageOptions
{
    private readonly Option<int> _limit = new("--limit", "-n")
    {
        Description = $"Most items to show, 1–{Paging.MaxLimit}.",
        HelpName = "N",
        DefaultValueFactory = _ => Paging.DefaultLimit,
    };

    private readonly Option<string?> _cursor = new("--cursor") { Description = "Go on where a page ended.", HelpName = "CURSOR" };
    private readonly Option<bool> _all = new("--all") { Description = "Show everything, not just a page." };

    public PageOptions(Command command)
    {
        _limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var limit) || limit is < 1 or > Paging.MaxLimit))
                result.AddError($"--limit is {result.Tokens[0].Value}; must be a number from 1 to {Paging.MaxLimit}.");
        });
        command.Add(_limit);
        command.Add(_cursor);
        command.Add(_all);
    }

    public bool All(ParseResult line) => line.GetValue(_all);

    public string? Cursor(ParseResult line) => line.GetValue(_cursor);

    /// <summary>Items per request.</summary>
    public int Limit(ParseResult line) => All(line) ? Paging.MaxLimit : line.GetValue(_limit);

    /// <summary>All items from a cursor on, one page in memory at a time.</summary>
    public static async IAsyncEnumerable<T> ItemsAsync<T>(Func<string?, Task<Page<T>>> page, string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var current = await page(cursor);
            foreach (var item in current.Items) yield return item;
            cursor = current.NextCursor;
        }
        while (cursor is not null);
    }
}
