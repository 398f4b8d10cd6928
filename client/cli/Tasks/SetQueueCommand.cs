using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento queues set</c>.</summary>
internal static class SetQueueCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var name = QueuesCommand.Name();
        var strategy = Options.OneOf<LoadBalancing>("--strategy", "Who gets a task when several agents could.");
        var fairBy = Options.OneOf<FairShare>("--fair-by", "Among whom agents are shared out.");
        var weights = new Option<string[]>("--weight") { Description = "The share of a session or tenant, 0.01 to 1,000; once for each. Those that are not named have 1, also if they had another one before.", HelpName = "NAME=N" };
        var noWeights = new Option<bool>("--no-weights") { Description = "All have the same share again." };
        var ageing = Options.InRange("--ageing", "Seconds of waiting that weigh as much as one step of priority; 0 = priority alone counts.", 0.0, 86_400.0);
        var attempts = Options.InRange("--attempts", "Attempts of tasks that do not say.", 1, SubmitRules.MostAttempts);
        var backoff = Options.FineSpan("--backoff", "Pause before the second attempt. As");
        var factor = Options.InRange("--backoff-factor", "How many times longer each further pause is, 1 to 100.", 1.0, 100.0);
        var longest = Options.FineSpan("--max-backoff", "Longest pause. As");
        var jitter = Options.InRange("--backoff-jitter", "A pause is longer or shorter by up to this part of it, 0 to 1.", 0.0, 1.0);
        var claim = Options.FineSpan("--claim", "How long an agent that was given a task may take until it begins; then somebody else gets it. As");
        var command = new Command("set", "Change how a queue gives its tasks out; what is not given stays.") { name, strategy, fairBy, weights, noWeights, ageing, attempts, backoff, factor, longest, jitter, claim };
        command.Exclude(weights, noWeights);
        weights.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!TryParseWeight(token.Value, out _)) result.AddError($"--weight is \"{token.Value}\"; must be a name and a number from 0.01 to 1000, like ada=2.");
        });
        command.SetAction((line, cancellationToken) => QueuesCommand.ChangeAsync(globals, line, line.GetRequiredValue(name), new()
        {
            Strategy = line.Enum<LoadBalancing>(strategy),
            FairBy = line.Enum<FairShare>(fairBy),
            Weights = line.GetValue(noWeights) ? ImmutableDictionary<string, double>.Empty : Weights(line.GetValue(weights)),
            AgeingSeconds = line.GetValue(ageing),
            MaxAttempts = line.GetValue(attempts),
            BackoffMs = line.FineSpan(backoff),
            BackoffFactor = line.GetValue(factor),
            MaxBackoffMs = line.FineSpan(longest),
            BackoffJitter = line.GetValue(jitter),
            ClaimMs = line.FineSpan(claim),
        }, cancellationToken));
        return command.WithExamples(
            "memento queues set default --strategy dynamic",
            "memento queues set builds --fair-by tenant --weight ada=2 --weight bob=0.5 --ageing 30",
            "memento queues set flaky --attempts 10 --backoff 500ms --max-backoff 5m --claim 10s");
    }

    /// <summary>Null if none is given. Of several for one name the last counts.</summary>
    private static ImmutableDictionary<string, double>? Weights(string[]? given)
    {
        if (given is not { Length: > 0 }) return null;
        var weights = ImmutableDictionary.CreateBuilder<string, double>();
        foreach (var text in given)
            if (TryParseWeight(text, out var share)) weights[share.Name] = share.Weight;
        return weights.ToImmutable();
    }

    private static bool TryParseWeight(string text, out (string Name, double Weight) share)
    {
        var at = text.LastIndexOf('=');
        share = (text[..Math.Max(0, at)], 0);
        if (at < 1 || !double.TryParse(text.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) || weight is not (>= 0.01 and <= 1_000)) return false;
        share.Weight = weight;
        return true;
    }
}
