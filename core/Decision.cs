using System.Collections.Immutable;

namespace Memento;

/// <summary>What the rules answer to a command: facts to record (none is a valid answer), or a refusal.</summary>
public readonly record struct Decision<TFact>(ImmutableArray<TFact> Facts, Refusal? Refusal)
{
    /// <summary>There is nothing to do: the command was a retry, or a natural no-op.</summary>
    public static Decision<TFact> Nothing => new([], null);

    public static implicit operator Decision<TFact>(TFact fact) => new([fact], null);
    public static implicit operator Decision<TFact>(ImmutableArray<TFact> facts) => new(facts, null);
    public static implicit operator Decision<TFact>(Refusal refusal) => new([], refusal);
}
