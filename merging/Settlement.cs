namespace Merging;

/// <summary>A proposed value for a conflict, and the rule that proposes it.</summary>
/// <param name="Value">The value to put in place of the conflict; null for nothing.</param>
public sealed record Settlement(MergeConflict Conflict, SmartRule Rule, ReadOnlyMemory<byte>? Value);
