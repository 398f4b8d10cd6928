namespace Merging;

/// <summary>The names of the two sides in sentences about conflicts, written as in the middle of a sentence.</summary>
public sealed record SideNames(string Ours, string Theirs)
{
    public static SideNames Default { get; } = new("ours", "theirs");

    /// <summary>The name of a side, for the start of a sentence.</summary>
    public string Start(MergeSide side)
    {
        var name = Middle(side);
        return name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];
    }

    /// <summary>The name of a side, for the middle of a sentence.</summary>
    public string Middle(MergeSide side) => side is MergeSide.Ours ? Ours : Theirs;
}
