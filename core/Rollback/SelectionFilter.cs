using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>A selection, checked and made ready to be asked about many changes.</summary>
public sealed class SelectionFilter
{
    /// <summary>Most sessions, agents, identifiers or patterns that one list may have.</summary>
    public const int MaxNames = 1_000;

    private const string NothingNamed = "is empty; name at least one, or leave it out to select by the other parts alone";

    private static readonly char[] Dividers = ['/', '.', ':', '#'];

    private readonly HashSet<string>? _sessions, _agents, _rollbacks;
    private readonly ImmutableArray<Rule> _documents;
    private readonly DateTimeOffset? _since, _until;

    private SelectionFilter(Selection selection, ImmutableArray<Rule> documents, DateTimeOffset now)
    {
        (_sessions, _agents, _rollbacks) = (Set(selection.Sessions), Set(selection.Agents), Set(selection.Rollbacks));
        (_documents, _until) = (documents, selection.Until);
        var oldest = selection.MaxAgeSeconds is { } age ? now.AddSeconds(-age) : selection.Since;
        _since = selection.Since > oldest ? selection.Since : oldest;
    }

    /// <summary>Whether changes must be asked about one by one: some changes of a document may be covered and others not.</summary>
    public bool NeedsChanges => _sessions is not null || _agents is not null || _rollbacks is not null || _since is not null || _until is not null;

    /// <summary>Checks a selection. Throws <c>VALIDATION_FAILED</c> with the fields at fault.</summary>
    /// <param name="selection">The selection; null = everything.</param>
    /// <param name="now">What ages are counted from.</param>
    public static SelectionFilter Of(Selection? selection, DateTimeOffset now)
    {
        selection ??= new();
        var errors = new List<FieldError>();
        CheckNames("selection.sessions", selection.Sessions, errors);
        CheckNames("selection.agents", selection.Agents, errors);
        CheckNames("selection.rollbacks", selection.Rollbacks, errors);
        if (selection.MaxAgeSeconds is < 1 or > 10L * 366 * 24 * 3600) errors.Add(new("selection.maxAgeSeconds", $"is {selection.MaxAgeSeconds}; must be from 1 to ten years"));
        if (selection.Since > selection.Until) errors.Add(new("selection.until", "is before since; nothing can be at both"));
        if (selection.Documents is { Length: 0 }) errors.Add(new("selection.documents", NothingNamed));
        if (selection.Documents is { Length: > MaxNames } many) errors.Add(new("selection.documents", $"has {many.Length} entries; at most {MaxNames} are allowed"));
        if (errors.Count > 0) throw new MementoException(Refusal.Invalid([.. errors]));

        var rules = ImmutableArray.CreateBuilder<Rule>();
        for (var i = 0; i < selection.Documents?.Length; i++) rules.Add(Rule.Of(selection.Documents.Value[i], $"selection.documents[{i}]"));
        return new(selection, rules.ToImmutable(), now);
    }

    /// <summary>Whether a document may have changes that are selected.</summary>
    public bool Covers(DocumentKey key) => _documents.IsEmpty || _documents.Any(rule => rule.Covers(key));

    /// <summary>Whether a change is selected, if its document is.</summary>
    public bool Covers(Change change) =>
        (_sessions is null || (change.By.SessionId is { } session && _sessions.Contains(session)))
        && (_agents is null || (change.By.AgentId is { } agent && _agents.Contains(agent)))
        && (_rollbacks is null || (change.By.Cause is { } rollback && _rollbacks.Contains(rollback)))
        && !(change.At < _since) && !(change.At > _until);

    /// <summary>How early a document goes: the highest priority that covers it, 0 if none says.</summary>
    public int PriorityOf(DocumentKey key)
    {
        var highest = default(int?);
        foreach (var rule in _documents)
            if (rule.Priority is { } priority && !(priority <= highest) && rule.Covers(key)) highest = priority;
        return highest ?? 0;
    }

    private static HashSet<string>? Set(ImmutableArray<string>? names) => names is { Length: > 0 } some ? new(some, StringComparer.Ordinal) : null;

    private static void CheckNames(string field, ImmutableArray<string>? names, List<FieldError> errors)
    {
        if (names is not { } some) return;
        if (some.IsDefaultOrEmpty) errors.Add(new(field, NothingNamed));   // whoever made a list of nothing does not mean everything
        if (some.Length > MaxNames) errors.Add(new(field, $"has {some.Length} names; at most {MaxNames} are allowed"));
        for (var i = 0; i < Math.Min(some.Length, MaxNames); i++)
            if (Names.Problem(some[i]) is { } problem) errors.Add(new($"{field}[{i}]", problem));
    }

    private sealed record Rule(SelectedType Type, HashSet<string>? Identifiers, ImmutableArray<Glob> Include, ImmutableArray<Glob> Exclude, int? Priority)
    {
        public static Rule Of(DocumentSelection selection, string field)
        {
            if (selection is null) throw new MementoException(Refusal.Invalid(field, "is null; must be an object"));
            var errors = new List<FieldError>();
            CheckNames($"{field}.identifiers", selection.Identifiers, errors);
            if (errors.Count > 0) throw new MementoException(Refusal.Invalid([.. errors]));
            if (selection.Type is SelectedType.Namespace or SelectedType.Component && selection.Identifiers is not { Length: > 0 })
                throw new MementoException(Refusal.Invalid($"{field}.identifiers", $"is missing; a {NamedEnumConverter<SelectedType>.NameOf(selection.Type)} needs at least one"));
            return new(selection.Type, Set(selection.Identifiers), Globs(selection.Include, $"{field}.include"), Globs(selection.Exclude, $"{field}.exclude"), selection.Priority);
        }

        public bool Covers(DocumentKey key) => HasType(key)
            && (Include.IsEmpty || Include.Any(glob => glob.IsMatch(key.Id)))
            && !Exclude.Any(glob => glob.IsMatch(key.Id));

        private static ImmutableArray<Glob> Globs(ImmutableArray<string>? patterns, string field)
        {
            if (patterns is not { } some) return [];
            if (some.IsDefaultOrEmpty && !field.EndsWith("exclude", StringComparison.Ordinal)) throw new MementoException(Refusal.Invalid(field, NothingNamed));
            if (some.Length > MaxNames) throw new MementoException(Refusal.Invalid(field, $"has {some.Length} patterns; at most {MaxNames} are allowed"));
            return [.. some.Select((pattern, i) => ParseOne(pattern, some.Length == 1 ? field : $"{field}[{i}]"))];
        }

        private static Glob ParseOne(string? pattern, string field) => pattern is null ? throw new MementoException(Refusal.Invalid(field, "is null; must be a pattern")) : Glob.Parse(pattern, field);

        private bool HasType(DocumentKey key) => Type switch
        {
            SelectedType.Namespace => InNamespace(key.Id),
            SelectedType.Component => key.Id.Split(Dividers).Any(Identifiers!.Contains),
            _ => (int)Type == (int)key.Kind && (Identifiers is null || Identifiers.Contains(key.Id)),
        };

        private bool InNamespace(string id)
        {
            if (Identifiers!.Contains(id)) return true;
            for (var end = id.IndexOfAny(Dividers); end >= 0; end = id.IndexOfAny(Dividers, end + 1))
                if (Identifiers.Contains(id[..end])) return true;
            return false;
        }
    }
}
