using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>What documents refer to, and the order that follows from it.</summary>
public sealed class ReferencesTests
{
    [Fact]
    public void A_relationship_refers_to_the_entities_at_its_ends()
    {
        Assert.Equal(["entity/a", "entity/b"], Of("""{"from":"a","to":"b","type":"calls"}"""));
        Assert.Equal(["entity/a", "entity/b"], Of("""{"fromEntityId":"a","toEntityId":"b"}"""));
        Assert.Equal(["entity/a", "entity/b"], Of("""{"source":"a","target":"b"}"""));
        Assert.Empty(Of("""{"from":7,"to":""}"""));
        Assert.Empty(Of("""["a"]"""));
        Assert.Empty(References.Of(new(DocumentKind.Entity, "e"), Json("""{"from":"a"}""")));
        Assert.Empty(References.Of(new(DocumentKind.Relationship, "r"), DocumentValue.Bytes("from"u8.ToArray(), "text/plain")));
    }

    [Fact]
    public void What_is_needed_comes_first_then_the_higher_priority_then_the_key()
    {
        Assert.Equal("a b c", Sorted("c a b"));
        Assert.Equal("c b a", Sorted("a b c", needs: "a>b b>c"));
        Assert.Equal("c a b", Sorted("a b c", priorities: "c=1"));
        Assert.Equal("b c a", Sorted("a b c", needs: "c>b", priorities: "c=5"));
        Assert.Equal("a b", Sorted("a b", needs: "a>x"));
        Assert.Equal("", Sorted(""));
    }

    [Fact]
    public void The_last_may_go_first()
    {
        var (order, _) = References.Sort([.. "a b c".Split(' ').Select(Key)], _ => [], _ => 0, lastFirst: true);

        Assert.Equal(["c", "b", "a"], order.Select(k => k.Id));
    }

    [Fact]
    public void Circles_stand_together_and_are_named()
    {
        var (order, circles) = Sort("a b c d e", "a>b b>c c>a d>a e>e");

        Assert.Equal(["a b c", "e"], circles.Select(circle => string.Join(' ', circle.Select(k => k.Id).Order())));
        Assert.True(order.IndexOf(Key("d")) > 2, string.Join(' ', order));
        Assert.Equal(5, order.Distinct().Count());
    }

    [Fact]
    public void A_long_chain_needs_no_deep_stack()
    {
        var items = Enumerable.Range(0, 50_000).Select(i => Key($"{i:00000}")).ToArray();

        var (order, circles) = References.Sort(items, key => int.Parse(key.Id) is var i and < 49_999 ? [Key($"{i + 1:00000}")] : [], _ => 0);

        Assert.Empty(circles);
        Assert.Equal(items.Reverse(), order);
    }

    [Fact]
    public void Whatever_needs_whatever_all_are_there_once_and_what_is_needed_comes_first_unless_in_a_circle() =>
        Gen.Select(Gen.Int[1, 9], Gen.Select(Gen.Int[0, 8], Gen.Int[0, 8]).Array[0, 16], Gen.Int[0, 2].Array[9]).Sample((count, edges, priorities) =>
        {
            var items = Enumerable.Range(0, count).Select(i => Key($"{i}")).ToArray();
            var needs = edges.Where(e => e.Item1 < count).ToLookup(e => Key($"{e.Item1}"), e => Key($"{e.Item2}"));

            var (order, circles) = References.Sort(items, key => needs[key], key => priorities[int.Parse(key.Id)]);

            Assert.Equal(items.Order(), order.Order());
            foreach (var item in items)
                foreach (var needed in needs[item].Where(n => items.Contains(n) && n != item))
                    Assert.True(order.IndexOf(needed) < order.IndexOf(item) || circles.Any(c => c.Contains(item) && c.Contains(needed)), $"{needed} behind {item}");
            foreach (var circle in circles)
                Assert.All(circle, one => Assert.All(circle, other => Assert.True(one == other ? circle.Length > 1 || needs[one].Contains(one) : Reaches(needs, one, other))));
        }, iter: 2_000);

    private static bool Reaches(ILookup<DocumentKey, DocumentKey> needs, DocumentKey from, DocumentKey to)
    {
        var (seen, open) = (new HashSet<DocumentKey>(), new Stack<DocumentKey>([from]));
        while (open.TryPop(out var next))
            foreach (var needed in needs[next])
                if (needed == to) return true;
                else if (seen.Add(needed)) open.Push(needed);
        return false;
    }

    private static string Sorted(string items, string needs = "", string priorities = "")
    {
        var given = priorities.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(p => p[..1], p => int.Parse(p[2..]));
        return string.Join(' ', Sort(items, needs, key => given.GetValueOrDefault(key.Id)).Order.Select(k => k.Id));
    }

    private static (ImmutableArray<DocumentKey> Order, ImmutableArray<ImmutableArray<DocumentKey>> Circles) Sort(string items, string needs, Func<DocumentKey, int>? priority = null)
    {
        var edges = needs.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToLookup(e => Key(e[..1]), e => Key(e[2..]));
        return References.Sort([.. items.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Key)], key => edges[key], priority ?? (_ => 0));
    }

    private static IEnumerable<string> Of(string json) => References.Of(new(DocumentKind.Relationship, "r"), Json(json)).Select(k => k.ToString());

    private static DocumentValue Json(string json) => DocumentValue.Json(Encoding.UTF8.GetBytes(json));

    private static DocumentKey Key(string id) => new(DocumentKind.Entity, id);
}
