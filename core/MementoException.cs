using Orleans;

namespace Memento;

/// <summary>Memento said no. <see cref="Refusal"/> says why; its kind says whether a retry can help. Anything else that is thrown is a bug or a lost connection.</summary>
[GenerateSerializer, Alias("memento.MementoException")]
public sealed class MementoException : Exception
{
    public MementoException(Refusal refusal) : base(Describe(refusal)) => Refusal = refusal;

    public MementoException(Refusal refusal, Exception inner) : base(Describe(refusal), inner) => Refusal = refusal;

    [Id(0)] public Refusal Refusal { get; }

    /// <summary>The stable code, as in the HTTP problem details.</summary>
    public string Code => Refusal.Code;

    private static string Describe(Refusal refusal) => $"{refusal.Code}: {refusal.Message}";
}
