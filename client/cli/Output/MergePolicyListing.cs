using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Merge policies as a table, or as two lines each where a table does not fit.</summary>
internal static class MergePolicyListing
{
    private const string None = "–";

    private static readonly Column<(int Number, MergePolicy Policy)>[] Columns =
    [
        new("#", p => new(Format.Number(p.Number)), IsNumber: true),
        new("Documents", p => new(Format.Clean(p.Policy.Match)), Least: 16),
        new("Place", p => new(Place(p.Policy)), Least: 12),
        new("Read as", p => new(ReadAs(p.Policy))),
        new("Conflicts", p => new(Strategy(p.Policy))),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<MergePolicy> policies) =>
        Listing.Write<(int Number, MergePolicy Policy)>(terminal, [.. policies.Select((policy, i) => (i + 1, policy))], Columns, p =>
        {
            terminal.Out.WriteLine($"{Format.Number(p.Number)} {Format.Clean(p.Policy.Match)}");
            Tables.Write(terminal, Tables.Indented(new Text($"{Place(p.Policy)} · {ReadAs(p.Policy)} · {Strategy(p.Policy)}"), 2));
        });

    private static string Place(MergePolicy policy) => policy.Path switch
    {
        null => "everywhere",
        "" => "the whole document",
        var path => Format.Clean(path),
    };

    private static string ReadAs(MergePolicy policy)
    {
        var kind = policy.As is { } value ? Format.Name(value) : null;
        var key = policy.Key is { } members ? $"elements by {Format.Clean(string.Join(", ", members))}" : null;
        return kind is null ? key ?? None : key is null ? kind : $"{kind}, {key}";
    }

    private static string Strategy(MergePolicy policy) => policy.Strategy is { } strategy ? Format.Name(strategy) : None;
}
