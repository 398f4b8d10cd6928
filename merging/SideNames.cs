namespace Merging;

/// <summary>The words by which sentences about a conflict name the two sides, as in the middle of a sentence.</summary>
public sealed record SideNames(string Ours, string Theirs)
{
    public static SideNames Default { get; } = new("ours", "theirs");

    /// <summary>The name of one side, for the start of a sentence.</summary>
    internal string Start(MergeSide side) => Middle(side) is var name && name.Length > 0 ? char.ToUpperInvariant(name[0]) + name[1..] : name;

    /// <summary>The name of one side, for the middle of a sentence.</summary>
    internal string Middle(MergeSide side) => side is MergeSide.Ours ? Ours : Theirs;
}
