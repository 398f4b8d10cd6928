using System.Collections.Immutable;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary>Shows the places of a conflict, each with its sentence and its three versions.</summary>
internal static class PlaceRendering
{
    /// <summary>Places up to which a conflict is shown; the JSON output has more.</summary>
    private const int MaxPlaces = 20;

    private const int MaxValue = 200;

    public static void Write(Terminal terminal, ImmutableArray<ConflictPlace> places)
    {
        foreach (var place in places.Take(MaxPlaces))
        {
            terminal.Out.WriteLine();
            var name = place.Path.Length == 0 ? "the whole document" : Format.Clean(place.Path);
            terminal.Out.WriteLine($"At {name}: {Format.Clean(place.Reason)}");
            Tables.WritePairs(terminal,
            [
                ("  undone", Value(place, "base", place.Base)),
                ("  current", Value(place, "current", place.Current)),
                ("  rollback", Value(place, "rollback", place.Rollback)),
            ]);
        }

        if (places.Length > MaxPlaces) terminal.Out.WriteLine($"… and {places.Length - MaxPlaces} more places (--json shows them)");
    }

    private static string Value(ConflictPlace place, string version, JsonText? value)
    {
        if (value is null) return !place.NotShown.IsDefault && place.NotShown.Contains(version) ? "(too long to show, or no text)" : "(nothing is there)";
        var text = Format.Clean(value.Text);
        var shown = text.Length > MaxValue ? text[..MaxValue] + "…" : text;
        return place.Scope is PlaceScope.Order ? $"in the order {shown}" : shown;
    }
}
