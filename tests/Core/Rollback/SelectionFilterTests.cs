using System.Collections.Immutable;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>A selection covers the changes that every given part covers.</summary>
public sealed class SelectionFilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_given_covers_everything_and_needs_no_look_at_changes()
    {
        foreach (var selection in (Selection?[])[null, new()])
        {
            var filter = SelectionFilter.Of(selection, Now);
            Assert.False(filter.NeedsChanges);
            Assert.True(filter.Covers(new DocumentKey(DocumentKind.File, "x")));
            Assert.True(filter.Covers(Made("ann", "s", null)));
        }
    }

    [Fact]
    public void A_list_of_nothing_is_refused_because_whoever_made_it_did_not_mean_everything()
    {
        Assert.Equal(["selection.agents"], Refused(new() { Agents = [] }));
        Assert.Equal(["selection.sessions", "selection.rollbacks", "selection.documents"], Refused(new() { Sessions = [], Rollbacks = [], Documents = [] }));
        Assert.Equal(["selection.documents[0].include"], Refused(new() { Documents = [new() { Type = SelectedType.Entity, Include = [] }] }));
        Assert.Equal(["selection.documents[0].identifiers"], Refused(new() { Documents = [new() { Type = SelectedType.File, Identifiers = [] }] }));

        static IEnumerable<string> Refused(Selection selection) => Assert.Throws<MementoException>(() => SelectionFilter.Of(selection, Now)).Refusal.Errors.Select(e => e.Field);
    }

    [Fact]
    public void Sessions_agents_and_rollbacks_cover_what_they_made()
    {
        Assert.True(Of(new() { Agents = ["ann", "cy"] }).Covers(Made("ann")));
        Assert.False(Of(new() { Agents = ["ann", "cy"] }).Covers(Made("bob")));
        Assert.False(Of(new() { Agents = ["ann"] }).Covers(Made(null)));
        Assert.False(Of(new() { Agents = ["Ann"] }).Covers(Made("ann")));
        Assert.True(Of(new() { Sessions = ["s1"] }).Covers(Made("ann", "s1")));
        Assert.False(Of(new() { Sessions = ["s1"] }).Covers(Made("ann", "s2")));
        Assert.True(Of(new() { Rollbacks = ["op-1"] }).Covers(Made("ann", "s", "op-1")));
        Assert.False(Of(new() { Rollbacks = ["op-1"] }).Covers(Made("ann", "s", "op-1/revert")));
        Assert.True(Of(new() { Agents = ["ann"] }).NeedsChanges);
    }

    [Fact]
    public void Parts_are_and_the_names_in_one_are_or()
    {
        var filter = Of(new() { Agents = ["ann", "bob"], Sessions = ["s1"], Since = Now.AddMinutes(-5) });

        Assert.True(filter.Covers(Made("bob", "s1")));
        Assert.False(filter.Covers(Made("bob", "s2")));
        Assert.False(filter.Covers(Made("cy", "s1")));
        Assert.False(filter.Covers(Made("bob", "s1") with { At = Now.AddMinutes(-6) }));
    }

    [Fact]
    public void Times_include_both_ends_and_the_later_of_since_and_age_counts()
    {
        var window = Of(new() { Since = Now.AddMinutes(-10), Until = Now.AddMinutes(-5) });
        Assert.Equal([false, true, true, true, false], new[] { -11, -10, -7, -5, -4 }.Select(m => window.Covers(At(m))));

        Assert.Equal([false, true, true], new[] { -2, -1, 0 }.Select(m => Of(new() { MaxAgeSeconds = 60 }).Covers(At(m))));
        Assert.Equal([false, true], new[] { -2, -1 }.Select(m => Of(new() { MaxAgeSeconds = 60, Since = Now.AddMinutes(-10) }).Covers(At(m))));
        Assert.Equal([false, true], new[] { -2, -1 }.Select(m => Of(new() { MaxAgeSeconds = 600, Since = Now.AddMinutes(-1) }).Covers(At(m))));

        static Change At(int minutes) => Made("ann") with { At = Now.AddMinutes(minutes) };
    }

    [Fact]
    public void A_type_covers_its_kind_its_identifiers_and_its_patterns()
    {
        Assert.Equal(["entity/a", "entity/src/b.cs"], Covered(new() { Type = SelectedType.Entity }));
        Assert.Equal(["entity/a"], Covered(new() { Type = SelectedType.Entity, Identifiers = ["a", "z"] }));
        Assert.Equal(["file/src/b.cs", "file/src/gen/c.cs"], Covered(new() { Type = SelectedType.File, Include = ["src/**"] }));
        Assert.Equal(["file/src/b.cs"], Covered(new() { Type = SelectedType.File, Include = ["src/**"], Exclude = ["**/gen/**"] }));
        Assert.Equal(["file/readme.md"], Covered(new() { Type = SelectedType.File, Exclude = ["**/*.cs"] }));
        Assert.Equal(["configuration/app.db.url"], Covered(new() { Type = SelectedType.Configuration, Include = ["app.{db,web}.*"] }));
        Assert.Equal(["session_state/s1"], Covered(new() { Type = SelectedType.SessionState }));
        Assert.Equal(["metadata/m"], Covered(new() { Type = SelectedType.Metadata }));
        Assert.Equal(["relationship/a->b"], Covered(new() { Type = SelectedType.Relationship }));
    }

    [Fact]
    public void A_namespace_covers_what_is_in_it_and_a_component_any_part_of_an_id()
    {
        Assert.Equal(["entity/src/b.cs", "file/src/b.cs", "file/src/gen/c.cs"], Covered(new() { Type = SelectedType.Namespace, Identifiers = ["src"] }));
        Assert.Equal(["file/src/gen/c.cs"], Covered(new() { Type = SelectedType.Namespace, Identifiers = ["src/gen"] }));
        Assert.Equal(["configuration/app.db.url"], Covered(new() { Type = SelectedType.Namespace, Identifiers = ["app.db"] }));
        Assert.Empty(Covered(new() { Type = SelectedType.Namespace, Identifiers = ["sr"] }));
        Assert.Equal(["entity/a"], Covered(new() { Type = SelectedType.Namespace, Identifiers = ["a"] }));
        Assert.Equal(["configuration/app.db.url"], Covered(new() { Type = SelectedType.Component, Identifiers = ["db"] }));
        Assert.Equal(["file/src/gen/c.cs"], Covered(new() { Type = SelectedType.Component, Identifiers = ["gen", "nowhere"] }));
        Assert.Equal(["file/src/b.cs"], Covered(new() { Type = SelectedType.Component, Identifiers = ["src"], Include = ["src/*"], Exclude = ["nothing"] }).Except(["entity/src/b.cs"]));
    }

    [Fact]
    public void Several_entries_are_or_and_the_highest_priority_counts()
    {
        var filter = Of(new() { Documents = [new() { Type = SelectedType.File, Priority = 1 }, new() { Type = SelectedType.File, Include = ["src/**"], Priority = 5 }, new() { Type = SelectedType.Metadata, Priority = -3 }, new() { Type = SelectedType.Entity }] });

        Assert.True(filter.Covers(new DocumentKey(DocumentKind.Entity, "a")) && filter.Covers(new DocumentKey(DocumentKind.File, "x")));
        Assert.False(filter.Covers(new DocumentKey(DocumentKind.Configuration, "x")));
        Assert.False(filter.NeedsChanges);
        Assert.Equal([5, 1, -3, 0], new[] { new DocumentKey(DocumentKind.File, "src/a"), new(DocumentKind.File, "b"), new(DocumentKind.Metadata, "m"), new(DocumentKind.Entity, "e") }.Select(filter.PriorityOf));
    }

    [Fact]
    public void Bad_input_is_named_by_its_field()
    {
        Bad(new() { Agents = ["ann", ""] }, "selection.agents[1]");
        Bad(new() { Sessions = [null!] }, "selection.sessions[0]");
        Bad(new() { Rollbacks = ["\u0001"] }, "selection.rollbacks[0]");
        Bad(new() { Agents = [.. Enumerable.Range(0, SelectionFilter.MaxNames + 1).Select(i => $"a{i}")] }, "selection.agents");
        Bad(new() { MaxAgeSeconds = 0 }, "selection.maxAgeSeconds");
        Bad(new() { MaxAgeSeconds = long.MaxValue }, "selection.maxAgeSeconds");
        Bad(new() { Since = Now, Until = Now.AddSeconds(-1) }, "selection.until");
        Bad(new() { Documents = [null!] }, "selection.documents[0]");
        Bad(new() { Documents = [new() { Type = SelectedType.Entity }, new() { Type = SelectedType.Namespace }] }, "selection.documents[1].identifiers");
        Bad(new() { Documents = [new() { Type = SelectedType.Component, Identifiers = [] }] }, "selection.documents[0].identifiers");
        Bad(new() { Documents = [new() { Type = SelectedType.Entity, Identifiers = ["a", ""] }] }, "selection.documents[0].identifiers[1]");
        Bad(new() { Documents = [new() { Type = SelectedType.Entity, Include = ["["] }] }, "selection.documents[0].include");
        Bad(new() { Documents = [new() { Type = SelectedType.Entity, Include = ["a", null!] }] }, "selection.documents[0].include[1]");
        Bad(new() { Documents = [new() { Type = SelectedType.Entity, Exclude = ["a", "{"] }] }, "selection.documents[0].exclude[1]");
        Bad(new() { Documents = [.. Enumerable.Repeat(new DocumentSelection { Type = SelectedType.Entity }, SelectionFilter.MaxNames + 1)] }, "selection.documents");
    }

    [Fact]
    public void Several_problems_are_all_named()
    {
        var refused = Assert.Throws<MementoException>(() => Of(new() { Agents = [""], Sessions = [""], MaxAgeSeconds = -1 }));

        Assert.Equal(["selection.sessions[0]", "selection.agents[0]", "selection.maxAgeSeconds"], refused.Refusal.Errors.Select(e => e.Field));
    }

    private static void Bad(Selection selection, string field)
    {
        var refused = Assert.Throws<MementoException>(() => Of(selection));
        Assert.Equal((Codes.ValidationFailed, field), (refused.Code, Assert.Single(refused.Refusal.Errors).Field));
    }

    private static SelectionFilter Of(Selection selection) => SelectionFilter.Of(selection, Now);

    private static Change Made(string? agent, string? session = null, string? cause = null) => new(Now, new(agent, session, cause));

    private static ImmutableArray<string> Covered(DocumentSelection documents)
    {
        DocumentKey[] keys =
        [
            new(DocumentKind.Entity, "a"), new(DocumentKind.Entity, "src/b.cs"), new(DocumentKind.Relationship, "a->b"), new(DocumentKind.File, "readme.md"), new(DocumentKind.File, "src/b.cs"),
            new(DocumentKind.File, "src/gen/c.cs"), new(DocumentKind.Configuration, "app.db.url"), new(DocumentKind.SessionState, "s1"), new(DocumentKind.Metadata, "m"),
        ];
        var filter = Of(new() { Documents = [documents] });
        return [.. keys.Where(filter.Covers).Select(k => k.ToString())];
    }
}
