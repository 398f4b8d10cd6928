using Memento.Storage;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteFaultTests(SqliteTestDatabase database) : FaultConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlFaultTests(PostgreSqlTestDatabase database) : FaultConformance(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Commits that fail before or after they are stored: callers are told, and the journal is right.</summary>
public abstract class FaultConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_that_fails_before_or_after_it_is_stored_leaves_a_journal_that_can_go_on(bool stored)
    {
        var writer = await _rig.WriterAsync();
        await _rig.AppendAsync(writer, 1, 2);
        Fail(stored);
        var failed = _rig.AppendAsync(writer, 3, 2);
        var behind = _rig.AppendAsync(writer, 5);
        await JournalRig.RefusedAsync(Codes.DatabaseNotReady, failed);
        var told = await Assert.ThrowsAsync<MementoException>(() => behind);
        Assert.Contains(told.Code, (string[])[Codes.StaleWriter, Codes.DatabaseNotReady]);
        Heal();

        await JournalRig.RefusedAsync(Codes.StaleWriter, _rig.AppendAsync(writer, 3));
        var head = (await _rig.FindAsync(writer))!;
        Assert.Contains(head.Position, stored ? [4, 5] : new long[] { 2 });
        var next = new JournalWriter(writer.Name, head.StreamId);
        await _rig.AppendAsync(next, head.Position + 1, 3);
        await _rig.HasPositionsAsync(next, (int)head.Position + 3);
    }

    [Fact]
    public async Task Under_random_failures_what_was_acknowledged_is_there_once_and_in_order()
    {
        var random = new Random(1);
        foreach (var committer in _rig.Committers)
        {
            committer.Before = _ => ThrowAtTimes();
            committer.After = _ => ThrowAtTimes();
        }

        void ThrowAtTimes()
        {
            lock (random)
                if (random.Next(6) == 0) throw new InjectedException();
        }

        var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        var names = Enumerable.Range(0, 16).Select(_ => $"random/{Guid.NewGuid():N}").ToArray();
        await Task.WhenAll(names.Select(async name =>
        {
            JournalWriter? writer = null;
            var position = 0L;
            for (var i = 0; i < 60; i++)
            {
                if (writer is not { IsBroken: false })
                {
                    var head = await _rig.Journal.FindAsync(name);
                    position = head?.Position ?? 0;
                    Assert.True(position >= acknowledged.GetValueOrDefault(name));
                    writer = head is null ? await _rig.WriterAsync(name) : new JournalWriter(name, head.StreamId);
                }

                try
                {
                    await _rig.AppendAsync(writer, position + 1, 2);
                    acknowledged[name] = position += 2;
                }
                catch (MementoException e)
                {
                    Assert.Equal(Codes.DatabaseNotReady, e.Code);
                }
            }
        }));

        Heal();
        foreach (var name in names)
        {
            var head = (await _rig.Journal.FindAsync(name, TestContext.Current.CancellationToken))!;
            Assert.True(head.Position >= acknowledged[name]);
            await _rig.HasPositionsAsync(new JournalWriter(name, head.StreamId), (int)head.Position);
        }
    }

    private void Fail(bool stored)
    {
        foreach (var committer in _rig.Committers)
        {
            if (stored) committer.After = _ => throw new InjectedException();
            else committer.Before = _ => throw new InjectedException();
        }
    }

    private void Heal()
    {
        foreach (var committer in _rig.Committers) (committer.Before, committer.After) = (null, null);
    }
}
