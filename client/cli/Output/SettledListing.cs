using System.Collections.Immutable;
using Memento.Rollback;

namespace Memento.Cli;

/// <summary>Conflicts that merge policies settled, a line each.</summary>
internal static class SettledListing
{
    /// <summary>Lines that are shown; the JSON output has more.</summary>
    private const int MaxLines = 20;

    public static void Write(Terminal terminal, ImmutableArray<SettledPlace> settled)
    {
        if (settled.IsDefaultOrEmpty) return;
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("Settled by merge policies:");
        foreach (var place in settled.Take(MaxLines))
            terminal.Out.WriteLine($"  {Format.Clean(place.Document)} {Format.Clean(place.Path)} by {place.Strategy}: {Format.Clean(place.Reason)}");
        if (settled.Length > MaxLines) terminal.Out.WriteLine($"  … and {settled.Length - MaxLines} more (--json shows them)");
    }
}
