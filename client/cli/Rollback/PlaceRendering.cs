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
            var run = place.Run is { } number ? $" (run {number} of the undone changes, from the newest)" : "";
            terminal.Out.WriteLine($"At {name}{run}: {Format.Clean(place.Reason)}");
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
        if (value is null) return Hidden(place, version) ?? "(nothing is there)";
        var text = Format.Clean(value.Text);
        var shown = text.Length > MaxValue ? text[..MaxValue] + "…" : text;
        return place.Scope is PlaceScope.Order ? $"in the order {shown}" : shown;
    }

    /// <summary>Tells the size and type of a value that is there and is not shown; null if there is none.</summary>
    private static string? Hidden(ConflictPlace place, string version)
    {
        if (place.NotShown.IsDefault || !place.NotShown.Contains(version)) return null;
        if (place.Hidden.IsDefault || place.Hidden.FirstOrDefault(value => value.Version == version) is not { } hidden)
            return "(too long to show, or no text)";
        return $"({Format.Bytes(hidden.Length)} of {Format.Clean(hidden.ContentType ?? "JSON")})";
    }
}
