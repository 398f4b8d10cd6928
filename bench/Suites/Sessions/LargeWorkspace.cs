using System.Collections.Immutable;
using Memento.Bench.Stores;
using Memento.Sessions;
using Memento.Storage;

namespace Memento.Bench.Sessions;

/// <summary>
/// A workspace with a long past, written straight through the rules and the journal: sessions spread over 30 days, most of them over (5 % open), each with its share of the events.
/// A quarter came by import: made in one go at the end of those days, with events that happened during five years before.
/// </summary>
internal sealed class LargeWorkspace(Run run, IJournal journal)
{
    private const int Concurrency = 512;
    private static readonly SessionLimits Limits = new();

    public static readonly DateTimeOffset End = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Start = End.AddDays(-30);
    public static readonly DateTimeOffset ImportStart = End.AddYears(-5);

    private int _done;

    public async Task FillAsync()
    {
        await Parallel.ForAsync(0, run.Sessions, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = run.Token }, async (i, _) =>
        {
            await AddAsync(i);
            var done = Interlocked.Increment(ref _done);
            if (done % 20_000 == 0) Run.Say($"  {done:N0} of {run.Sessions:N0} sessions filled");
        });
    }

    private async Task AddAsync(int session)
    {
        var chance = new Random(session);
        var imported = session >= run.Sessions * 3L / 4;
        var open = chance.Next(20) == 0;
        var native = run.Sessions * 3L / 4;
        var created = imported ? End.AddMilliseconds(session - native) : Start.AddSeconds((End - Start).TotalSeconds * session / native);
        var happened = imported ? ImportStart.AddSeconds((End - ImportStart).TotalSeconds * (session - native) / (run.Sessions - native)) : (DateTimeOffset?)null;

        var facts = ImmutableArray.CreateBuilder<SessionFact>();
        var state = SessionState.Empty;
        Do(new SessionCommand.Create($"sess-{session:000000}", Work.AgentOf(session), TtlSeconds: open || imported ? 0 : 3600), created);
        if (chance.Next(3) == 0) Do(new SessionCommand.Join(Work.AgentOf(chance.Next(500))), created);
        var count = (run.Events / run.Sessions) + (session < run.Events % run.Sessions ? 1 : 0);
        for (var i = 0; i < count; i++)
            Do(new SessionCommand.Append([Occurred(Work.Event(session, chance), happened?.AddMinutes(i))]), created.AddSeconds(imported ? 0 : i * 10));
        if (chance.Next(50) == 0) Do(new SessionCommand.Append([Moved(session, WorkState.Coordinating)]), state.UpdatedAt);
        if (chance.Next(5) == 0) Do(new SessionCommand.Append([Moved(session, WorkState.Completed)]), state.UpdatedAt);
        if (!open && !imported) Do(new SessionCommand.Expire(), state.ExpiresAt!.Value);

        var streamId = await journal.ReserveStreamIdAsync(run.Token);
        await journal.AppendAsync(new Append
        {
            Writer = new JournalWriter(LongSessions.StreamOf($"sess-{session:000000}"), streamId),
            CreatesStream = true,
            FirstPosition = 1,
            Entries = [.. facts.Select(Encode)],
            Rows = new SessionRows(BenchSilo.Workspace, streamId).Follow(SessionState.Empty, state, facts.ToImmutable()),
        });

        void Do(SessionCommand command, DateTimeOffset now)
        {
            var (decided, refusal) = Session.Decide(state, command, Limits, now);
            if (refusal is not null) throw new BenchException($"The rules refused {command}: {refusal.Message}");
            facts.AddRange(decided);
            state = decided.Aggregate(state, Session.Apply);
        }
    }

    private static NewEvent Occurred(NewEvent e, DateTimeOffset? at) => e with { OccurredAt = at };

    private static NewEvent Moved(int session, WorkState to) => new()
    {
        Type = EventType.Modified,
        Actor = Work.AgentOf(session),
        ChangeInfo = new() { ElementType = ElementType.Session, EntityIds = [Work.FileOf(session, 0)], Operation = Operation.Modified },
        StateTransition = new() { From = WorkState.Working, To = to, VerifiedBy = VerifiedBy.Agent, Confidence = 1 },
    };

    private static NewEntry Encode(SessionFact fact)
    {
        var (kind, payload) = SessionFactCodec.Encode(fact);
        return new(kind, SessionFactCodec.Version, fact.At, payload);
    }
}
