using System.Collections.Immutable;
using Orleans;

namespace Memento;

/// <summary>Why something was refused, in the classes that a caller can act on. Each maps to one HTTP status.</summary>
public enum RefusalKind
{
    /// <summary>Not understood at all: 400.</summary>
    Malformed = 0,
    /// <summary>It is not there: 404.</summary>
    NotFound,
    /// <summary>It collides with what is there, or the caller's view is stale: 409.</summary>
    Conflict,
    /// <summary>It was there and has expired: 410.</summary>
    Gone,
    /// <summary>It is larger than a limit allows: 413.</summary>
    TooLarge,
    /// <summary>Understood, and it breaks a rule: 422.</summary>
    Invalid,
    /// <summary>Too much work is waiting: 429. Retry later, unchanged.</summary>
    Overloaded,
    /// <summary>The store cannot take or give this now: 503.</summary>
    Unavailable,
    /// <summary>What is stored is not what was stored: 500. Asking again does not help.</summary>
    Damaged,
}

/// <summary>One field that breaks a rule.</summary>
/// <param name="Field">Path of the field as the caller wrote it, e.g. <c>events[3].actor</c>.</param>
/// <param name="Problem">What the value is and which rule it breaks.</param>
[GenerateSerializer, Immutable, Alias("memento.FieldError")]
public sealed record FieldError([property: Id(0)] string Field, [property: Id(1)] string Problem);

/// <summary>The answer "no": a stable code, a sentence, and the fields at fault. A value in the core; thrown as <see cref="MementoException"/> at the edge.</summary>
[GenerateSerializer, Immutable, Alias("memento.Refusal")]
public sealed record Refusal
{
    [Id(0)] public required RefusalKind Kind { get; init; }

    /// <summary>Stable name for programs, one of <see cref="Codes"/>.</summary>
    [Id(1)] public required string Code { get; init; }

    /// <summary>One sentence for people.</summary>
    [Id(2)] public required string Message { get; init; }

    [Id(3)] public ImmutableArray<FieldError> Errors { get; init; } = [];

    public static Refusal Of(RefusalKind kind, string code, string message) => new() { Kind = kind, Code = code, Message = message };

    /// <summary>A value that breaks a rule, named by its field.</summary>
    public static Refusal Invalid(string field, string problem) => Invalid([new FieldError(field, problem)]);

    /// <inheritdoc cref="Invalid(string, string)"/>
    public static Refusal Invalid(ImmutableArray<FieldError> errors) => new()
    {
        Kind = RefusalKind.Invalid,
        Code = Codes.ValidationFailed,
        Message = errors.Length == 1 ? $"{errors[0].Field}: {errors[0].Problem}" : $"{errors.Length} fields break a rule; the first is {errors[0].Field}: {errors[0].Problem}",
        Errors = errors,
    };
}
