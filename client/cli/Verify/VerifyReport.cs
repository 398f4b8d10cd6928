using System.Text.Json.Serialization;

namespace Memento.Cli.Verify;

/// <summary>Something on which the server and git do not agree.</summary>
/// <param name="Commit">The commit in question.</param>
/// <param name="Id">The file; null if it is about all of them.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record Disagreement(string Commit, string? Id, string Reason);

/// <summary>One kind of comparison. Printed by <c>--json</c>: names are a contract.</summary>
/// <param name="required">Percent that must agree.</param>
internal sealed class Check(string name, string description, double required)
{
    public string Name => name;

    public string Description => description;

    public double Required => required;

    /// <summary>Commits that were looked at.</summary>
    public long Commits { get; set; }

    /// <summary>Comparisons of one file, and how many of them agreed.</summary>
    public long Compared { get; private set; }

    public long Agreed { get; private set; }

    /// <summary>Of those that agreed, the files on which both found a conflict.</summary>
    public long Conflicts { get; set; }

    /// <summary>Commits that this cannot be asked of.</summary>
    public long Skipped { get; set; }

    public List<Disagreement> Disagreements { get; } = [];

    /// <summary>Rounded down, so that 100 means all; also 100 if there was nothing to compare.</summary>
    public double Percent => Compared == 0 ? 100 : Math.Floor(Agreed * 100_000.0 / Compared) / 1_000;

    [JsonIgnore] public bool Passed => Percent >= required;

    public void Agree(long count = 1)
    {
        Compared += count;
        Agreed += count;
    }

    public void Disagree(Git.ObjectId commit, string? id, string reason)
    {
        Compared++;
        Disagreements.Add(new(commit.ToString(), id, reason));
    }
}

/// <summary>What was compared and what came out.</summary>
internal sealed record VerifyReport
{
    public required string Repository { get; init; }
    public required string Workspace { get; init; }
    public required string Head { get; init; }
    public required int Seed { get; init; }

    /// <summary>Commits written, the one that comes before them not counted.</summary>
    public required int Commits { get; init; }

    /// <summary>Files at HEAD.</summary>
    public long Files { get; set; }

    /// <summary>Versions of files that were left out: submodules, and what is larger than the server takes.</summary>
    public long LeftOut { get; set; }

    public IReadOnlyList<Check> Checks { get; init; } = [];

    public double DurationSeconds { get; set; }

    /// <summary>It was stopped or failed before the end.</summary>
    public bool Interrupted { get; set; }

    public bool Passed => !Interrupted && Checks.All(check => check.Passed);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(VerifyReport))]
internal sealed partial class VerifyJson : JsonSerializerContext;
