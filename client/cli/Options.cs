using System.CommandLine;

namespace Memento.Cli;

/// <summary>Options whose values have rules.</summary>
internal static class Options
{
    /// <summary>One of the names of an enum.</summary>
    public static Option<string?> OneOf<T>(string name, string description) where T : struct, Enum
    {
        var option = new Option<string?>(name) { Description = $"{description} One of: {string.Join(", ", NamedEnumConverter<T>.KnownNames)}.", HelpName = name.TrimStart('-').ToUpperInvariant() };
        option.CompletionSources.Add([.. NamedEnumConverter<T>.KnownNames]);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !NamedEnumConverter<T>.TryParse(result.Tokens[0].Value, out _))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be one of: {string.Join(", ", NamedEnumConverter<T>.KnownNames)}.");
        });
        return option;
    }

    public static T? Enum<T>(this ParseResult line, Option<string?> option) where T : struct, Enum =>
        line.GetValue(option) is { } name && NamedEnumConverter<T>.TryParse(name, out var value) ? value : null;

    /// <summary>A point in time.</summary>
    public static Option<string?> Time(string name, string description, TimeProvider clock)
    {
        var option = new Option<string?>(name) { Description = $"{description} {TimeText.Forms}.", HelpName = "TIME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TimeText.TryParse(result.Tokens[0].Value, clock.GetUtcNow(), out _))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be {TimeText.Forms}.");
        });
        return option;
    }

    public static DateTimeOffset? Time(this ParseResult line, Option<string?> option, TimeProvider clock) =>
        line.GetValue(option) is { } text && TimeText.TryParse(text, clock.GetUtcNow(), out var time) ? time : null;

    /// <summary>A point in time that is still to come.</summary>
    public static Option<string?> Coming(string name, string description, TimeProvider clock)
    {
        var option = new Option<string?>(name) { Description = $"{description} {TimeText.ComingForms}.", HelpName = "TIME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TimeText.TryParseComing(result.Tokens[0].Value, clock.GetUtcNow(), out _))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be {TimeText.ComingForms}.");
        });
        return option;
    }

    public static DateTimeOffset? Coming(this ParseResult line, Option<string?> option, TimeProvider clock) =>
        line.GetValue(option) is { } text && TimeText.TryParseComing(text, clock.GetUtcNow(), out var time) ? time : null;

    /// <summary>A length of time.</summary>
    public static Option<string?> Span(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description} {TimeText.SpanForms}.", HelpName = "SPAN" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TimeText.TryParseSpan(result.Tokens[0].Value, out _))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be {TimeText.SpanForms}.");
        });
        return option;
    }

    /// <summary>Seconds.</summary>
    public static long? Span(this ParseResult line, Option<string?> option) => line.GetValue(option) is { } text && TimeText.TryParseSpan(text, out var seconds) ? seconds : null;

    /// <summary>A length of time that may be shorter than a second.</summary>
    public static Option<string?> FineSpan(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description} {TimeText.FineSpanForms}.", HelpName = "SPAN" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TimeText.TryParseFineSpan(result.Tokens[0].Value, out _))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be {TimeText.FineSpanForms}.");
        });
        return option;
    }

    /// <summary>Milliseconds.</summary>
    public static long? FineSpan(this ParseResult line, Option<string?> option) => line.GetValue(option) is { } text && TimeText.TryParseFineSpan(text, out var milliseconds) ? milliseconds : null;

    /// <summary>Any JSON. Throws <see cref="CommandException"/> if it is none.</summary>
    /// <param name="what">How to call it.</param>
    /// <param name="text">Null if there is none.</param>
    public static JsonText? Json(string what, string? text)
    {
        try
        {
            return text is null ? null : JsonText.Parse(text);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new CommandException($"{what} is not JSON: {e.Message}", ExitCode.WrongUsage, e);
        }
    }

    /// <summary>Names, several behind one option or behind several.</summary>
    public static Option<string[]> Names(string name, string description, string helpName) => new(name) { Description = description + " One or several.", HelpName = helpName, AllowMultipleArgumentsPerToken = true };

    /// <summary>Adds an error if both are given.</summary>
    public static void Exclude(this Command command, Option one, Option other) => command.Validators.Add(result =>
    {
        if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false }) result.AddError($"{one.Name} and {other.Name} exclude each other.");
    });

    /// <summary>A whole number within a range.</summary>
    public static Option<T?> InRange<T>(string name, string description, T least, T most) where T : struct, System.Numerics.INumber<T>
    {
        var option = new Option<T?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!T.TryParse(result.Tokens[0].Value, null, out var value) || !(value >= least && value <= most)))   // also what is no number at all
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be a number from {least} to {most}.");
        });
        return option;
    }
}
