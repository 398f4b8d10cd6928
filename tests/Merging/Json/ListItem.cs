using System.Collections.Immutable;

namespace Memento.Tests.Merging.Json;

/// <summary>An element of a generated list.</summary>
/// <param name="Origin">A number that stays with the element through all edits: its index in the base, or a number of its own if a side
/// added it.</param>
/// <param name="Members">The members of an object as JSON, or a bare value under the name <see cref="Bare"/>.</param>
internal sealed record ListItem(int Origin, ImmutableSortedDictionary<string, string> Members)
{
    public const string Bare = "";

    public static ListItem Of(int origin, string bare) => Of(origin, (Bare, bare));

    public static ListItem Of(int origin, params (string Name, string Value)[] members) => new(
        origin, ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, members.Select(m => KeyValuePair.Create(m.Name, m.Value))));

    public string Json =>
        Members.TryGetValue(Bare, out var bare) ? bare : $"{{{string.Join(',', Members.Select(m => $"\"{m.Key}\":{m.Value}"))}}}";

    public ListItem With(string member, string value) => this with { Members = Members.SetItem(member, value) };

    public ListItem Without(string member) => this with { Members = Members.Remove(member) };

    public override string ToString() => $"#{Origin} {Json}";
}
