using Memento.Cli;
using Memento.Cli.Rollback;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Places of conflicts on the terminal.</summary>
public sealed class PlaceRenderingTests
{
    private static readonly ConflictPlace Place = new()
    {
        Path = "", Kind = PlaceConflict.ChangedByBoth, Scope = PlaceScope.Value, Reason = "Both sides changed the document.",
        Base = new("null"), Rollback = new("\"a\u202Eb\""),
    };

    [Fact]
    public void Place_has_a_sentence_and_three_sides() => Assert.Equal(
        "\nAt the whole document: Both sides changed the document.\n"
        + "  undone    null\n  current   (nothing is there)\n  rollback  \"a\\u202Eb\"\n", Written(Place));

    [Fact]
    public void Value_that_is_not_shown_has_a_size_and_a_type()
    {
        var written = Written(Place with
        {
            Current = null, Rollback = null, NotShown = ["current", "rollback"],
            Hidden = [new("current", 2_048, "image/png"), new("rollback", 20_000, null)],
        });

        Assert.Contains("  current   (2.0 KiB of image/png)\n  rollback  (19.5 KiB of JSON)\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_is_named_where_several_are_undone() =>
        Assert.Contains("At lines 2-3 (run 2 of the undone changes, from the newest): ", Written(Place with { Path = "lines 2-3", Run = 2 }), StringComparison.Ordinal);

    private static string Written(ConflictPlace place)
    {
        var output = new StringWriter();
        PlaceRendering.Write(new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System), [place]);
        return output.ToString();
    }
}
