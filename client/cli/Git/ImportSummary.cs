using System.Text.Json.Serialization;

namespace Memento.Cli.Git;

/// <summary>What an import did, or would do. Printed by <c>--json</c>: names are a contract.</summary>
internal sealed record ImportSummary
{
    public required string Workspace { get; init; }
    public required string Repository { get; init; }

    /// <summary>The clone does not have the whole history; what it has was imported.</summary>
    public bool Shallow { get; init; }

    /// <summary>Nothing was written.</summary>
    public bool DryRun { get; init; }

    /// <summary>It was stopped, or failed, before the end. The same command goes on.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Commits in the whole history.</summary>
    public long Commits { get; init; }

    /// <summary>Sessions that the selection touches.</summary>
    public long Sessions { get; init; }

    public long SessionsCreated { get; init; }

    /// <summary>Sessions that were there and got events.</summary>
    public long SessionsResumed { get; init; }

    /// <summary>Sessions that were there, complete.</summary>
    public long SessionsUnchanged { get; init; }

    /// <summary>Sessions that somebody has deleted since; they stay deleted.</summary>
    public long SessionsDeleted { get; init; }

    /// <summary>Events recorded by this run.</summary>
    public long Events { get; init; }

    /// <summary>Commits that had their event before.</summary>
    public long EventsUnchanged { get; init; }

    public double DurationSeconds { get; init; }

    /// <summary>While sessions were written.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>Absent if the files were left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DocumentCounts? Documents { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ImportSummary))]
internal sealed partial class ImportJson : JsonSerializerContext;
