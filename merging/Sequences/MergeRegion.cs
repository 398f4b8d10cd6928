namespace Merging.Sequences;

/// <summary>A part of a merge, by its elements in each of the three versions.</summary>
internal readonly record struct MergeRegion(MergePart Part, IndexRange Base, IndexRange Ours, IndexRange Theirs);
