namespace Memento.Tests.Merging.Json;

/// <summary>
/// Judges an element that neither side wrote: both sides must have changed one element of the base, and nobody could doubt which.
/// </summary>
internal sealed class CombinedElement(ListCase c)
{
    private readonly string[] _base = [.. c.Base.Select(item => item.Json)];
    private readonly string[] _ours = [.. c.Ours.Select(item => item.Json)];
    private readonly string[] _theirs = [.. c.Theirs.Select(item => item.Json)];

    public bool Explains(string element) =>
        (from was in _base from our in _ours from their in _theirs where IsOne(was, our, their) select (was, our, their))
        .Any(one => IsMerged(element, one.was, one.our, one.their));

    /// <summary>
    /// Whether three elements are versions of one: by a key that is unique, or because they are alike and nothing else is.
    /// </summary>
    private bool IsOne(string was, string our, string their)
    {
        if (c.Shape.Key is { } key && HasUniqueKeys(key)) return Of(was, key) == Of(our, key) && Of(was, key) == Of(their, key);
        return IsLikely(was, our, _ours) && IsLikely(was, their, _theirs);
    }

    private bool HasUniqueKeys(string key) =>
        new[] { _base, _ours, _theirs }.All(list =>
            list.DistinctBy(element => Of(element, key), StringComparer.Ordinal).Count() == list.Length);

    /// <summary>
    /// Whether a side made one element of another: at least half is the same, and no other changed element at the place is as much
    /// alike.
    /// </summary>
    private bool IsLikely(string was, string now, string[] side)
    {
        var alike = Alike(was, now);
        var rivals = Rivals(side, _base, now);
        var others = Rivals(_base, side, was);
        return alike * 2 >= Math.Max(Alike(was, was), Alike(now, now))
            && (was == now || !side.Contains(was) && !_base.Contains(now))
            && rivals.All(element => Alike(was, element) < alike)
            && others.All(element => Alike(element, now) < alike);
    }

    /// <summary>The other elements between the same neighbors that the other list does not have.</summary>
    private static IEnumerable<string> Rivals(string[] list, string[] other, string element) =>
        list.Where(rival => rival != element && !other.Contains(rival) && Gap(list, other, rival) == Gap(list, other, element));

    /// <summary>Counts equal members. A text counts as two, because it tells elements apart better than a number.</summary>
    private static int Alike(string one, string other)
    {
        var members = JsonLeaves.Members(other);
        return JsonLeaves.Members(one).Where(m => members.GetValueOrDefault(m.Key) == m.Value).Sum(m => m.Value.StartsWith('"') ? 2 : 1);
    }

    /// <summary>The nearest elements before and after that both lists have.</summary>
    private static (string? Left, string? Right) Gap(string[] list, string[] other, string element)
    {
        var at = Array.IndexOf(list, element);
        return (list.Take(at).LastOrDefault(other.Contains), list.Skip(at + 1).FirstOrDefault(other.Contains));
    }

    private static bool IsMerged(string element, string was, string our, string their)
    {
        var (m, b, o, t) = (JsonLeaves.Members(element), JsonLeaves.Members(was), JsonLeaves.Members(our), JsonLeaves.Members(their));
        return m.Keys.Union(b.Keys).Union(o.Keys).Union(t.Keys).All(name =>
            IsMergedMember(m.GetValueOrDefault(name), b.GetValueOrDefault(name), o.GetValueOrDefault(name), t.GetValueOrDefault(name)));
    }

    /// <summary>Whether a member is what the side that changed it made of it; nested lists are not looked into.</summary>
    private static bool IsMergedMember(string? merged, string? was, string? our, string? their) =>
        our == their || was == their ? merged == our
        : was == our ? merged == their
        : IsList(our) && IsList(their);

    private static bool IsList(string? value) => value is not null && value.StartsWith('[');

    private static string? Of(string element, string member) => JsonLeaves.Members(element).GetValueOrDefault(member);
}
