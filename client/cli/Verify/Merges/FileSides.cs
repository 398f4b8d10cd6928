namespace Memento.Cli.Verify.Merges;

/// <summary>The four versions of a file in a merge commit.</summary>
/// <param name="Base">Null if both sides added the file.</param>
internal sealed record FileSides<T>(T? Base, T Ours, T Theirs, T Committed) where T : class
{
    /// <summary>The versions that exist, under their names.</summary>
    public IEnumerable<(string Name, T Value)> All
    {
        get
        {
            if (Base is not null) yield return ("base", Base);
            yield return ("ours", Ours);
            yield return ("theirs", Theirs);
            yield return ("committed", Committed);
        }
    }

    public FileSides<TResult> Select<TResult>(Func<T, TResult> map) where TResult : class =>
        new(Base is null ? null : map(Base), map(Ours), map(Theirs), map(Committed));
}
