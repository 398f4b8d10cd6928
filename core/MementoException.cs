using Orleans;

namespace Memento;

/// <summary>Memento said no. <see cref="Refusal"/> says why; its kind says whether a retry can help. Anything else that is thrown is a bug or a lost connection.</summary>
[Alias("memento.MementoException")]
public sealed class MementoException : Exception
{
    public MementoException(Refusal refusal) : base(Describe(refusal)) => Refusal = refusal;

    public MementoException(Refusal refusal, Exception inner) : base(Describe(refusal), inner) => Refusal = refusal;

    public Refusal Refusal { get; }

    /// <summary>The stable code, as in the HTTP problem details.</summary>
    public string Code => Refusal.Code;

    private static string Describe(Refusal refusal) => $"{refusal.Code}: {refusal.Message}";
}

/// <summary>A <see cref="MementoException"/> between processes: its refusal, and nothing else. What a database driver threw inside it stays in the log of the process that it happened in;
/// others may not even know the type.</summary>
[GenerateSerializer, Immutable, Alias("memento.RefusalOnTheWire")]
public readonly record struct RefusalOnTheWire([property: Id(0)] Refusal Refusal);

/// <summary>Makes one of the other.</summary>
[RegisterConverter]
public sealed class MementoExceptionConverter : IConverter<MementoException, RefusalOnTheWire>
{
    public MementoException ConvertFromSurrogate(in RefusalOnTheWire surrogate) => new(surrogate.Refusal);

    public RefusalOnTheWire ConvertToSurrogate(in MementoException value) => new(value.Refusal);
}
