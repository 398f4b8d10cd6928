using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Agents;
using Orleans;

namespace Memento.Tasks;

/// <summary>Among whom a queue shares its agents out.</summary>
[JsonConverter(typeof(NamedEnumConverter<FairShare>))]
public enum FairShare
{
    /// <summary>Among nobody: priority and age alone decide.</summary>
    None = 0,
    Session,
    Tenant,
}

/// <summary>How a queue gives its tasks out.</summary>
[GenerateSerializer, Immutable, Alias("memento.QueueSettings")]
public sealed record QueueSettings
{
    public static QueueSettings Default { get; } = new();

    /// <summary>Who gets a task when several agents could.</summary>
    [Id(0)] public LoadBalancing Strategy { get; init; } = LoadBalancing.LeastLoaded;

    /// <summary>While true, nothing is given out; what runs goes on.</summary>
    [Id(1)] public bool Paused { get; init; }

    /// <summary>Seconds of waiting that weigh as much as one step of priority, so that nothing starves; 0 = priority alone counts. Default 60.</summary>
    [Id(2)] public double AgeingSeconds { get; init; } = 60;

    [Id(3)] public FairShare FairBy { get; init; }

    /// <summary>Shares of sessions or tenants, 0.01 to 1,000; one that is not named has 1.</summary>
    [Id(4)] public ImmutableDictionary<string, double> Weights { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>Attempts of tasks that do not say. Default 3.</summary>
    [Id(5)] public int MaxAttempts { get; init; } = 3;

    /// <summary>Pause before the second attempt, in milliseconds. Default 1,000.</summary>
    [Id(6)] public long BackoffMs { get; init; } = 1_000;

    /// <summary>How many times longer each further pause is. Default 2.</summary>
    [Id(7)] public double BackoffFactor { get; init; } = 2;

    /// <summary>Longest pause, in milliseconds. Default 60,000.</summary>
    [Id(8)] public long MaxBackoffMs { get; init; } = 60_000;

    /// <summary>A pause is longer or shorter by up to this part of it, 0 to 1. Default 0.2.</summary>
    [Id(9)] public double BackoffJitter { get; init; } = 0.2;

    /// <summary>How long an agent that was given a task may take until it says that it began, in milliseconds; then somebody else gets it. Default 60,000.</summary>
    [Id(10)] public long ClaimMs { get; init; } = 60_000;
}

/// <summary>Body of "change a queue": what is not given stays.</summary>
[GenerateSerializer, Immutable, Alias("memento.QueueChange")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QueueChange
{
    [Id(0)] public LoadBalancing? Strategy { get; init; }
    [Id(1)] public bool? Paused { get; init; }
    [Id(2)] public double? AgeingSeconds { get; init; }
    [Id(3)] public FairShare? FairBy { get; init; }
    [Id(4)] public ImmutableDictionary<string, double>? Weights { get; init; }
    [Id(5)] public int? MaxAttempts { get; init; }
    [Id(6)] public long? BackoffMs { get; init; }
    [Id(7)] public double? BackoffFactor { get; init; }
    [Id(8)] public long? MaxBackoffMs { get; init; }
    [Id(9)] public double? BackoffJitter { get; init; }
    [Id(10)] public long? ClaimMs { get; init; }

    /// <summary>The settings with these changes, or what is wrong with them.</summary>
    public (QueueSettings Settings, Refusal? Refusal) Change(QueueSettings before)
    {
        var settings = before with
        {
            Strategy = Strategy ?? before.Strategy,
            Paused = Paused ?? before.Paused,
            AgeingSeconds = AgeingSeconds ?? before.AgeingSeconds,
            FairBy = FairBy ?? before.FairBy,
            Weights = Weights ?? before.Weights,
            MaxAttempts = MaxAttempts ?? before.MaxAttempts,
            BackoffMs = BackoffMs ?? before.BackoffMs,
            BackoffFactor = BackoffFactor ?? before.BackoffFactor,
            MaxBackoffMs = MaxBackoffMs ?? before.MaxBackoffMs,
            BackoffJitter = BackoffJitter ?? before.BackoffJitter,
            ClaimMs = ClaimMs ?? before.ClaimMs,
        };
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        Check("ageingSeconds", settings.AgeingSeconds, 0, 86_400);
        Check("maxAttempts", settings.MaxAttempts, 1, SubmitRules.MostAttempts);
        Check("backoffMs", settings.BackoffMs, 0, SubmitRules.LongestMs);
        Check("backoffFactor", settings.BackoffFactor, 1, 100);
        Check("maxBackoffMs", settings.MaxBackoffMs, 0, SubmitRules.LongestMs);
        Check("backoffJitter", settings.BackoffJitter, 0, 1);
        Check("claimMs", settings.ClaimMs, 100, SubmitRules.LongestMs);
        if (settings.Weights.Count > SubmitRules.MostWeights) errors.Add(new("weights", $"has {settings.Weights.Count} members; at most {SubmitRules.MostWeights} are allowed"));
        foreach (var (name, weight) in settings.Weights)
        {
            if (Names.Problem(name) is { } problem) errors.Add(new("weights", $"names {Quoted.Text(name)}, which {problem}"));
            Check($"weights.{name}", weight, 0.01, 1_000);
        }

        return (settings, errors.Count == 0 ? null : Refusal.Invalid(errors.ToImmutable()));

        void Check(string field, double value, double least, double most)
        {
            if (!(value >= least && value <= most)) errors.Add(new(field, FormattableString.Invariant($"is {value}; must be from {least} to {most}")));
        }
    }
}
