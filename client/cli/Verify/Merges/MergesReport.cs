using System.Text.Json.Serialization;

namespace Memento.Cli.Verify.Merges;

/// <summary>Results of <c>memento verify merges</c>. Printed by <c>--json</c>: names are a contract.</summary>
internal sealed record MergesReport
{
    public List<RepositoryMerges> Repositories { get; } = [];

    /// <summary>Sums over all repositories.</summary>
    public FileCounts Total => FileCounts.Sum(Repositories.Select(repository => repository.Counts));

    /// <summary>Whether the run was stopped or failed before the end.</summary>
    public bool Interrupted { get; set; } = true;

    /// <summary>Whether the run came to its end without a file to compare, so that its results say nothing.</summary>
    public bool NothingCompared => !Interrupted && Total.Files == 0;

    public bool Passed => !Interrupted && !NothingCompared && Total.Different == Total.HandEdited;
}

/// <summary>Results for one repository.</summary>
internal sealed record RepositoryMerges
{
    /// <summary>Files up to which the report has them one by one.</summary>
    private const int MaxFiles = 2_000;

    public required string Repository { get; init; }

    public required string Head { get; init; }

    /// <summary>Merge commits that were read.</summary>
    public long Merges { get; set; }

    /// <summary>Merge commits left out: more than two parents.</summary>
    public long Octopus { get; set; }

    /// <summary>Merge commits left out: more than one merge base.</summary>
    public long SeveralBases { get; set; }

    /// <summary>Merge commits left out: no merge base.</summary>
    public long NoBase { get; set; }

    /// <summary>Merge commits in which one side changed nothing.</summary>
    public long OneSided { get; set; }

    public FileCounts Counts { get; } = new();

    /// <summary>Files that both sides changed and that were left out.</summary>
    public List<SkippedFiles> Skipped { get; } = [];

    /// <summary>Files to look at: the different ones, and conflicts where git's merge is what was committed.</summary>
    public List<FileDetail> Files { get; } = [];

    /// <summary>Files to look at that the report leaves out.</summary>
    public long FilesLeftOut { get; private set; }

    /// <summary>Time spent in the merge itself, in seconds.</summary>
    public double MergeSeconds { get; set; }

    public double DurationSeconds { get; set; }

    public void Skip(string file, SkipReason reason, string? detail = null)
    {
        var skipped = Skipped.Find(some => some.Reason == reason);
        if (skipped is null) Skipped.Add(skipped = new(reason));
        skipped.Add(file, detail);
    }

    public void Tell(FileDetail file)
    {
        if (Files.Count < MaxFiles) Files.Add(file);
        else FilesLeftOut++;
    }
}

/// <summary>Reasons to leave a file out that both sides changed.</summary>
internal enum SkipReason
{
    SameOnBothSides = 0,
    DeletedByASide,
    NotInTheMerge,
    /// <summary>The sides can be read as JSON, the file in the merge commit cannot.</summary>
    UnreadableInTheMerge,
    NoRegularFile,
    /// <summary>The repository does not have the content: it is a partial clone.</summary>
    Missing,
    TooLarge,
    Malformed,
    TooDeep,
    Refused,
}

/// <summary>Files left out for one reason, with the first few of them.</summary>
internal sealed record SkippedFiles([property: JsonConverter(typeof(NamedEnumConverter<SkipReason>))] SkipReason Reason)
{
    private const int MaxExamples = 5;

    public long Count { get; private set; }

    public List<string> Examples { get; } = [];

    public void Add(string file, string? detail)
    {
        Count++;
        if (Examples.Count < MaxExamples) Examples.Add(detail is null ? file : $"{file}: {Git.EntityNames.Shorten(detail, 200)}");
    }
}

/// <summary>A file to look at.</summary>
internal sealed record FileDetail
{
    public required string Commit { get; init; }

    public required string File { get; init; }

    [JsonConverter(typeof(NamedEnumConverter<MergeVerdict>))] public required MergeVerdict Verdict { get; init; }

    [JsonConverter(typeof(NamedEnumConverter<GitVerdict>))] public required GitVerdict Git { get; init; }

    /// <summary>Whether git's merge of the text is what was committed.</summary>
    public required bool IsGitRight { get; init; }

    /// <summary>Whether git and the merge agree, and something else was committed.</summary>
    public required bool IsHandEdited { get; init; }

    /// <summary>Whether the committed file is the file of one side as a whole.</summary>
    public required bool IsOneSideKept { get; init; }

    /// <summary>The first places at which the merged value is not the committed one.</summary>
    public required IReadOnlyList<DifferentPlace> Places { get; init; }

    /// <summary>The first conflicts.</summary>
    public required IReadOnlyList<ConflictPlace> Conflicts { get; init; }
}

/// <summary>A place at which the merged value is not the committed one. Values are JSON, shortened; null where a side has none.</summary>
internal sealed record DifferentPlace(string Pointer, string? Base, string? Ours, string? Theirs, string? Committed, string? Merged);

/// <summary>A place in conflict.</summary>
internal sealed record ConflictPlace(string Pointer, string Why);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MergesReport))]
internal sealed partial class MergesJson : JsonSerializerContext;
