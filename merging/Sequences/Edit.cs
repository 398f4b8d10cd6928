namespace Merging.Sequences;

/// <summary>
/// A difference between two sequences: <see cref="OldLength"/> elements were replaced by <see cref="NewLength"/>. Either can be 0, not
/// both.
/// </summary>
/// <param name="OldStart">Index in the old sequence, from 0.</param>
/// <param name="NewStart">Index in the new sequence, from 0.</param>
internal readonly record struct Edit(int OldStart, int OldLength, int NewStart, int NewLength)
{
    public int OldEnd => OldStart + OldLength;
    public int NewEnd => NewStart + NewLength;
}
