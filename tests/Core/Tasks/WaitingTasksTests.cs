using System.Collections.Immutable;
using CsCheck;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>In which order tasks are given out.</summary>
public sealed class WaitingTasksTests
{
    private static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static TaskState Task(long number, int priority = 0, double at = 0, string? session = null, DateTimeOffset? deadline = null, params string[] needs) =>
        TaskLife.Submit(new() { Type = "x", Priority = priority, SessionId = session, RequiredCapabilities = [.. needs], Deadline = deadline }, number, $"t{number}", [], QueueSettings.Default, T0.AddSeconds(at));

    private static WaitingTasks Of(QueueSettings settings, params TaskState[] tasks)
    {
        var waiting = new WaitingTasks(settings);
        foreach (var task in tasks) waiting.Add(task);
        return waiting;
    }

    private static long[] Drain(WaitingTasks waiting, params string[] capabilities)
    {
        var order = new List<long>();
        while (waiting.TakeNext(needs => needs.Capabilities.All(capabilities.Contains), T0)?.Number is { } number) order.Add(number);
        return [.. order];
    }

    [Fact]
    public void Higher_priority_goes_first_and_of_equal_ones_the_older() =>
        Assert.Equal([3, 1, 4, 2], Drain(Of(QueueSettings.Default, Task(1, 5), Task(2, 1), Task(3, 9), Task(4, 5))));

    [Fact]
    public void A_step_of_priority_is_a_head_start_of_the_ageing_time_so_nothing_starves()
    {
        Assert.Equal([2, 1], Drain(Of(QueueSettings.Default, Task(1, 0, at: 0), Task(2, 1, at: 59))));
        Assert.Equal([1, 2], Drain(Of(QueueSettings.Default, Task(1, 0, at: 0), Task(2, 1, at: 61))));
        Assert.Equal([2, 1], Drain(Of(QueueSettings.Default with { AgeingSeconds = 0 }, Task(1, 0, at: 0), Task(2, 1, at: 1_000_000))));
    }

    [Fact]
    public void Who_cannot_do_the_first_gets_the_first_that_it_can_do()
    {
        var waiting = Of(QueueSettings.Default, Task(1, 9, needs: ["gpu"]), Task(2, 5, needs: ["build", "linux"]), Task(3, 1));

        Assert.Equal([3], Drain(waiting, "build"));
        Assert.Equal([2], Drain(waiting, "linux", "build"));
        Assert.Equal([1], Drain(waiting, "gpu"));
        Assert.Equal(0, waiting.Count);
    }

    [Fact]
    public void What_is_taken_out_is_not_given_out_and_what_comes_back_is_given_once()
    {
        var waiting = Of(QueueSettings.Default, Task(1), Task(2), Task(3));
        Assert.True(waiting.Remove(2));
        Assert.False(waiting.Remove(2));
        waiting.Add(Task(2));
        waiting.Add(Task(2));

        Assert.Equal([1, 2, 3], Drain(waiting));
    }

    [Fact]
    public void One_that_cannot_be_done_by_its_deadline_any_more_is_passed_over() =>
        Assert.Equal([2], Drain(Of(QueueSettings.Default, Task(1, 9, deadline: T0.AddSeconds(-1)), Task(2))));

    [Fact]
    public void A_session_with_many_tasks_does_not_keep_another_waiting()
    {
        var settings = QueueSettings.Default with { FairBy = FairShare.Session };
        var waiting = Of(settings, [.. Enumerable.Range(1, 100).Select(i => Task(i, session: "big")), Task(101, session: "small"), Task(102, session: "small")]);

        var order = Drain(waiting);

        Assert.True(Array.IndexOf(order, 102L) < 5);
        Assert.Equal(102, order.Length);
    }

    [Fact]
    public void Shares_follow_the_weights()
    {
        var settings = QueueSettings.Default with { FairBy = FairShare.Session, Weights = ImmutableDictionary<string, double>.Empty.Add("heavy", 3) };
        var waiting = Of(settings, [.. Enumerable.Range(0, 400).Select(i => Task(i, session: i % 2 == 0 ? "heavy" : "light"))]);

        var first = Drain(waiting).Take(200).ToArray();

        Assert.InRange(first.Count(n => n % 2 == 0), 149, 151);
    }

    [Fact]
    public void Who_was_away_has_saved_nothing_up()
    {
        var settings = QueueSettings.Default with { FairBy = FairShare.Session };
        var waiting = Of(settings, [.. Enumerable.Range(0, 100).Select(i => Task(i, session: "a"))]);
        for (var i = 0; i < 50; i++) waiting.TakeNext(_ => true, T0);
        for (var i = 100; i < 150; i++) waiting.Add(Task(i, session: "b"));

        var next = Drain(waiting).Take(20).ToArray();

        Assert.InRange(next.Count(n => n >= 100), 9, 11);
    }

    [Fact]
    public void What_is_taken_out_is_forgotten_also_behind_a_task_that_nobody_can_do()
    {
        var waiting = Of(QueueSettings.Default, Task(0, 9, needs: ["gpu"]));
        for (var i = 1; i <= 50_000; i++)
        {
            waiting.Add(Task(i, needs: ["gpu"]));
            waiting.Remove(i);
        }

        Assert.InRange(waiting.Places, 1, 2_000);
        Assert.Equal([0], Drain(waiting, "gpu"));
    }

    [Fact]
    public void Sessions_whose_tasks_were_taken_out_are_forgotten_also_behind_a_task_that_nobody_can_do()
    {
        var waiting = Of(QueueSettings.Default with { FairBy = FairShare.Session }, Task(0, needs: ["gpu"], session: "stays"));
        for (var i = 1; i <= 50_000; i++)
        {
            waiting.Add(Task(i, needs: ["gpu"], session: $"s{i}"));
            waiting.Remove(i);
        }

        Assert.InRange(waiting.Places, 1, 3_000);
        Assert.Equal([0], Drain(waiting, "gpu"));
    }

    [Fact]
    public void Between_sessions_the_one_that_had_least_is_next_whatever_its_tasks_need() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3]).List[1, 40].Sample(tasks =>
        {
            var states = tasks.Select((t, i) => Task(i, t.Item3, needs: t.Item2 == 0 ? [] : [$"c{t.Item2}"], session: $"s{t.Item1}")).ToList();
            var waiting = Of(QueueSettings.Default with { FairBy = FairShare.Session }, [.. states]);
            var had = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var number in Drain(waiting, "c1", "c2"))
            {
                var least = states.Min(s => had.GetValueOrDefault(s.SessionId!));
                var expected = states.Where(s => had.GetValueOrDefault(s.SessionId!) == least).OrderBy(s => -s.Priority).ThenBy(s => s.Number).First();
                Assert.Equal(expected.Number, number);
                had[expected.SessionId!] = least + 1;
                states.Remove(expected);
            }

            Assert.Empty(states);
        });

    [Fact]
    public void Sessions_that_have_had_their_turn_and_wait_no_more_are_forgotten()
    {
        var waiting = Of(QueueSettings.Default with { FairBy = FairShare.Session }, [.. Enumerable.Range(0, 5_000).Select(i => Task(i, session: $"s{i}"))]);

        Assert.Equal(5_000, Drain(waiting).Length);
        for (var i = 0; i < 10; i++)
        {
            waiting.Add(Task(i, session: "last"));
            waiting.TakeNext(_ => true, T0);
        }

        Assert.InRange(waiting.Flows, 0, 1);
    }

    [Fact]
    public void Whatever_is_added_and_taken_out_each_task_is_given_out_once_in_the_documented_order() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 300], Gen.Int[0, 2], Gen.Bool).List[1, 60].Sample(tasks =>
        {
            var states = tasks.Select((t, i) => Task(i, t.Item1, t.Item2, needs: t.Item3 == 0 ? [] : [$"c{t.Item3}"])).ToArray();
            var waiting = Of(QueueSettings.Default, states);
            var gone = states.Where((_, i) => tasks[i].Item4).Select(s => s.Number).ToHashSet();
            foreach (var number in gone) waiting.Remove(number);
            var expected = states.Where(s => !gone.Contains(s.Number)).OrderBy(s => (s.CreatedAt - T0).TotalSeconds - (60 * s.Priority)).ThenBy(s => s.Number).Select(s => s.Number);
            Assert.Equal(expected, Drain(waiting, "c1", "c2"));
        });
}
