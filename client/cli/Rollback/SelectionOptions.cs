using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary>The options that say whose and which changes are undone.</summary>
internal sealed class SelectionOptions
{
    private readonly TimeProvider _clock;
    private readonly Option<string[]> _agents = Options.Names("--agents", "Only what these agents did.", "NAME");
    private readonly Option<string[]> _sessions = Options.Names("--sessions", "Only what was done in these sessions.", "SESSION");
    private readonly Option<string[]> _documents = Options.Names(
        "--documents", $"Only these documents: a type, or a type and a pattern, e.g. 'entity:parser.*' or 'file:src/**'; for namespace and component a name. Types: {string.Join(", ", NamedEnumConverter<SelectedType>.KnownNames)}.", "TYPE:GLOB");
    private readonly Option<string?> _since, _until, _maxAge;

    public SelectionOptions(Command command, TimeProvider clock)
    {
        _clock = clock;
        _since = Options.Time("--since", "Only what was done at or after:", clock);
        _until = Options.Time("--until", "Only what was done at or before:", clock);
        _maxAge = Options.Span("--max-age", "Only what was done in the last:");
        _documents.Validators.Add(Check);
        foreach (var option in (Option[])[_agents, _sessions, _documents, _since, _until, _maxAge]) command.Add(option);
    }

    /// <summary>Null if nothing was said: everything since the point.</summary>
    public Selection? Read(ParseResult line)
    {
        var selection = new Selection
        {
            Agents = Many(line.GetValue(_agents)),
            Sessions = Many(line.GetValue(_sessions)),
            Documents = line.GetValue(_documents) is { Length: > 0 } documents ? [.. documents.Select(text => Parse(text)!)] : null,
            Since = line.Time(_since, _clock),
            Until = line.Time(_until, _clock),
            MaxAgeSeconds = line.Span(_maxAge),
        };
        return selection.IsEverything ? null : selection;
    }

    private static void Check(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (Parse(token.Value) is null)
                result.AddError($"--documents is \"{Format.Clean(token.Value)}\"; must be a type and a pattern, e.g. entity:parser.*; types: {string.Join(", ", NamedEnumConverter<SelectedType>.KnownNames)}.");
        }
    }

    /// <summary>A namespace or a component is a name; of the other types, documents are found by a pattern, and without one all of them.</summary>
    private static DocumentSelection? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (!NamedEnumConverter<SelectedType>.TryParse(colon < 0 ? text : text[..colon], out var type)) return null;
        if (colon == text.Length - 1) return null;   // a pattern was meant to stand there
        ImmutableArray<string>? rest = colon < 0 ? null : [text[(colon + 1)..]];
        return type is SelectedType.Namespace or SelectedType.Component ? rest is null ? null : new() { Type = type, Identifiers = rest } : new() { Type = type, Include = rest };
    }

    private static ImmutableArray<string>? Many(string[]? names) => names is { Length: > 0 } ? [.. names] : null;
}
