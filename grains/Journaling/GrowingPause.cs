namespace Memento.Journaling;

/// <summary>A pause after failures that is longer each time: 1 s, 2 s, 4 s … at most 15 s. A store that is full or away is not asked again and again for the same.</summary>
internal sealed class GrowingPause
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(15);

    private TimeSpan _length;

    /// <summary>When it is over.</summary>
    public DateTimeOffset Until { get; private set; }

    /// <summary>It failed. One that is under way is not made longer.</summary>
    public void Grow(DateTimeOffset now)
    {
        if (now < Until) return;
        _length = _length == default ? Shortest : _length * 2 < Longest ? _length * 2 : Longest;
        Until = now + _length;
    }

    /// <summary>It went well. Answers whether there was a pause.</summary>
    public bool End()
    {
        if (_length == default) return false;
        (_length, Until) = (default, default);
        return true;
    }
}
