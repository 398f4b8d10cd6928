namespace Memento.Cli;

/// <summary>
/// What a user does who wants a command to end. The first Ctrl-C lets it stop in order, a second one ends the process as usual,
/// unless the command has taken that one too, because there is something that must not outlive it.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new(), _end = new();
    private volatile bool _isTaken;

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second, which does not end the process then; whoever takes it must come to an end at once. A third one ends the process.</summary>
    public CancellationToken TakeSecond()
    {
        _isTaken = true;
        return _end.Token;
    }

    /// <summary>Ctrl-C, or a request to terminate. Answers whether the process goes on for now.</summary>
    public bool Interrupt()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            return true;
        }

        if (!_isTaken || _end.IsCancellationRequested) return false;
        _end.Cancel();
        return true;
    }

    /// <summary>The terminal is gone: as Ctrl-C to whoever has taken the second; others end as usual. Answers whether the process goes on for now.</summary>
    public bool HangUp() => _isTaken && Interrupt();

    public void Dispose()
    {
        _stop.Dispose();
        _end.Dispose();
    }
}
