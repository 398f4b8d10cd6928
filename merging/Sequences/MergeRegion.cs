namespace Merging.Sequences;

/// <summary>The same part in the three versions.</summary>
internal readonly record struct MergeRegion(MergePart Part, Stretch Base, Stretch Ours, Stretch Theirs);
