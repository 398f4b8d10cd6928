using System.Collections.Immutable;
using Memento.Cli;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>What a refusal reads like: nothing twice.</summary>
public sealed class FailureTests
{
    [Fact]
    public void The_sentence_and_the_code_come_once() => Assert.Equal(
        "Session \"s\" has events up to 12; atSeq is 99 (SEQ_NOT_FOUND)",
        Line(Codes.SeqNotFound, "Session \"s\" has events up to 12; atSeq is 99.", new FieldError("atSeq", "is 99; the newest event is 12")));

    [Fact]
    public void A_field_that_the_sentence_does_not_name_is_told() => Assert.Equal(
        "Not understood (MALFORMED_REQUEST; cursor: is not one of ours)",
        Line(Codes.MalformedRequest, "Not understood.", new FieldError("cursor", "is not one of ours")));

    [Fact]
    public void Of_several_fields_those_that_the_sentence_does_not_quote_are_told() => Assert.Equal(
        "2 fields break a rule; the first is actor: must not be empty (VALIDATION_FAILED; type: must not be empty)",
        Failure.Of(new MementoException(Refusal.Invalid([new("actor", "must not be empty"), new("type", "must not be empty")])))!.Line);

    private static string Line(string code, string message, params ImmutableArray<FieldError> errors) =>
        Failure.Of(new MementoException(new() { Kind = RefusalKind.Malformed, Code = code, Message = message, Errors = errors }))!.Line;
}
