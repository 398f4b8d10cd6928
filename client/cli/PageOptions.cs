using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Cli;

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

    /// <summary>Reads a page, or everything, and prints it as it was asked for.</summary>
    /// <param name="read">Reads one page from a cursor on.</param>
    /// <param name="show">Prints items for people; there is at least one.</param>
    /// <param name="none">What to say if there is none.</param>
    public async Task<int> ShowAsync<T>(
        GlobalOptions globals, ParseResult line, Func<int, string?, Task<Page<T>>> read, JsonTypeInfo<T> item, JsonTypeInfo<Page<T>> pageOf,
        Action<IReadOnlyList<T>> show, string none, CancellationToken cancellationToken)
    {
        var (terminal, limit, cursor, json) = (globals.Terminal, Limit(line), Cursor(line), globals.Json(line));
        if (All(line) && json)
        {
            await JsonOutput.WriteAllAsync(terminal, ItemsAsync(from => read(limit, from), cursor, cancellationToken), item);
            return ExitCode.Done;
        }

        var page = All(line) ? new Page<T> { Items = [.. await ItemsAsync(from => read(limit, from), cursor, cancellationToken).ToListAsync(cancellationToken)] } : await read(limit, cursor);
        if (json) JsonOutput.Write(terminal, page, pageOf);
        else if (page.Items.IsEmpty) terminal.Error.WriteLine(none);
        else show(page.Items);
        if (!json && page.NextCursor is { } next) terminal.Error.WriteLine($"There are more: --cursor {Format.Shell(next)}, or --all.");
        return ExitCode.Done;
    }

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
