using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

/// <summary>What a queue remembers of tasks until they are given out.</summary>
public sealed class PayloadCacheTests
{
    private const int EntryBytes = 150 + (2 * 100);

    private readonly PayloadCache _cache = new(3 * EntryBytes);

    private static SubmitTask Task(int length = 100) => new() { Type = "x", Payload = new($"\"{new string('x', length - 2)}\"") };

    [Fact]
    public void What_was_added_can_be_taken_once()
    {
        _cache.Add(1, Task());

        Assert.True(_cache.TryTake(1, out var body));
        Assert.Equal(100, body!.Payload!.Text.Length);
        Assert.False(_cache.TryTake(1, out _));
    }

    [Fact]
    public void When_there_is_no_more_room_the_oldest_go_so_that_those_that_wait_for_ever_are_in_nobodys_way()
    {
        for (var number = 1; number <= 5; number++) _cache.Add(number, Task());

        Assert.Equal([3, 4, 5], Enumerable.Range(1, 5).Where(number => _cache.TryTake(number, out _)));
    }

    [Fact]
    public void What_was_taken_makes_room()
    {
        for (var number = 1; number <= 3; number++) _cache.Add(number, Task());
        _cache.TryTake(2, out _);
        _cache.Add(4, Task());

        Assert.Equal([1, 3, 4], Enumerable.Range(1, 4).Where(number => _cache.TryTake(number, out _)));
    }

    [Fact]
    public void What_is_larger_than_all_the_room_is_not_kept_and_pushes_nothing_out()
    {
        _cache.Add(1, Task());
        _cache.Add(2, Task(10_000));

        Assert.Equal([1], Enumerable.Range(1, 2).Where(number => _cache.TryTake(number, out _)));
    }
}
