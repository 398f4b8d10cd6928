using System.Collections.Immutable;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>The bounds of a list of merge policies.</summary>
public sealed record MergePolicyLimits
{
    /// <summary>Policies that a workspace may have.</summary>
    public int MaxPolicies { get; init; } = 200;

    /// <summary>Bytes that all policies may have as JSON.</summary>
    public int MaxBytes { get; init; } = 64 * 1024;

    /// <summary>UTF-16 code units that a path may have.</summary>
    public const int MaxPathLength = 1_024;

    /// <summary>Members that a key may have.</summary>
    public const int MaxKeyMembers = 4;
}

/// <summary>The rules of merge policies: what a list may say, and when it may be replaced.</summary>
public static class MergePolicyRules
{
    /// <summary>The section of the settings that has the bounds.</summary>
    private const string Section = "Memento:Rollback";

    /// <summary>Returns the list after a change.</summary>
    public static MergePolicyState Apply(MergePolicyState state, MergePoliciesChanged changed) =>
        state with { Version = changed.Version, UpdatedAt = changed.At, AgentId = changed.AgentId, Policies = changed.Policies };

    /// <summary>Replaces the list, or refuses. Setting the current list again changes nothing.</summary>
    /// <param name="state">The current list.</param>
    /// <param name="request">The new list, and the version that is expected.</param>
    /// <param name="limits">The bounds of a list.</param>
    /// <param name="now">The server's time.</param>
    public static Decision<MergePoliciesChanged> Decide(
        MergePolicyState state, SetMergePolicies request, MergePolicyLimits limits, DateTimeOffset now)
    {
        if (Problem(request, limits) is { } problem) return problem;
        var isSame = JsonOf(state.Policies).AsSpan().SequenceEqual(JsonOf(request.Policies));
        if (Expected(state, request, isSame) is { } conflict) return conflict;
        if (isSame) return Decision<MergePoliciesChanged>.Nothing;
        return new MergePoliciesChanged { At = now, Version = state.Version + 1, AgentId = request.AgentId, Policies = request.Policies };
    }

    /// <summary>Returns a refusal if the request breaks a rule, whatever the current list is; null otherwise.</summary>
    public static Refusal? Problem(SetMergePolicies request, MergePolicyLimits limits)
    {
        var policies = request.Policies;
        if (policies.IsDefault) return Refusal.Invalid("policies", "is missing; must be an array, which may be empty");
        if (policies.Length > limits.MaxPolicies)
            return TooLarge(
                $"The list has {policies.Length} merge policies; at most {limits.MaxPolicies} are allowed ({Section}:MaxMergePolicies).");

        var errors = new List<FieldError>();
        if (request.AgentId is { } agent && Names.Problem(agent) is { } problem) errors.Add(new("agentId", problem));
        for (var i = 0; i < policies.Length; i++) Check(policies[i], $"[{i}]", errors);
        if (errors.Count > 0) return Refusal.Invalid([.. errors]);

        var bytes = JsonOf(policies).Length;
        return bytes <= limits.MaxBytes ? null
            : TooLarge($"The merge policies have {bytes} bytes; at most {limits.MaxBytes} are allowed ({Section}:MaxMergePolicyBytes).");
    }

    /// <summary>
    /// Returns a refusal if the list is not the version that the caller expects.
    /// A repeated request finds its own change, and is accepted.
    /// </summary>
    private static Refusal? Expected(MergePolicyState state, SetMergePolicies request, bool isSame)
    {
        var known = state.Version - (isSame ? 1 : 0);   // the version before the change that made this list
        if (request.IfAbsent && known > 0)
            return Stale($"The merge policies are set already: their ETag is {Etag.Of(state.Version)}. Replace them with If-Match.");
        if (request.IfMatch is not { } wanted) return null;
        if (wanted == Etag.Any) return state.Version > 0 ? null : Stale("The merge policies were never set. Set them without If-Match.");
        var seq = Etag.Seq(wanted);
        return seq == state.Version || seq == known
            ? null : Stale($"The merge policies have changed: their ETag is {Etag.Of(state.Version)}, not {wanted}. Read them again.");

        static Refusal Stale(string message) => Refusal.Of(RefusalKind.Conflict, Codes.VersionConflict, message);
    }

    private static Refusal TooLarge(string message) => Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, message);

    private static void Check(MergePolicy? policy, string at, List<FieldError> errors)
    {
        if (policy is null)
        {
            errors.Add(new(at, "is null; must be an object"));
            return;
        }

        CheckMatch(policy.Match, $"{at}.match", errors);
        if (policy.Path is { } path && PathProblem(path) is { } wrong) errors.Add(new($"{at}.path", wrong));
        if (policy.Key is { } key) CheckKey(key, $"{at}.key", errors);
        CheckTogether(policy, at, errors);
    }

    private static void CheckMatch(string match, string field, List<FieldError> errors)
    {
        if (match.Length == 0)
        {
            errors.Add(new(field, "is empty; must be a pattern over kind/id, such as entity/src/**"));
            return;
        }

        try
        {
            _ = Glob.Parse(match, field);
        }
        catch (MementoException e)
        {
            errors.AddRange(e.Refusal.Errors);
        }
    }

    private static string? PathProblem(string path) => path.Length > MergePolicyLimits.MaxPathLength
        ? $"has {path.Length} characters; at most {MergePolicyLimits.MaxPathLength} are allowed" : JsonPointer.Problem(path);

    private static void CheckKey(ImmutableArray<string> key, string field, List<FieldError> errors)
    {
        if (key.IsDefaultOrEmpty || key.Length > MergePolicyLimits.MaxKeyMembers)
        {
            errors.Add(new(field, $"has {(key.IsDefault ? 0 : key.Length)} members; must name 1 to {MergePolicyLimits.MaxKeyMembers}"));
            return;
        }

        for (var i = 0; i < key.Length; i++)
        {
            var (at, member) = ($"{field}[{i}]", key[i]);
            if (member is null) errors.Add(new(at, "is null; must be the name of a member"));
            else if (member.Length is 0 or > Names.MaxLength)
                errors.Add(new(at, $"has {member.Length} characters; must have 1 to {Names.MaxLength}"));
            else if (key.IndexOf(member) < i) errors.Add(new(at, $"is {Quoted.Text(member)}, as an earlier one; must be named once"));
        }
    }

    /// <summary>
    /// A key and the kinds list and set are about arrays, text is about strings, and some strategies are about one of them.
    /// </summary>
    private static void CheckTogether(MergePolicy policy, string at, List<FieldError> errors)
    {
        if (policy is { Strategy: null, As: null, Key: null })
            errors.Add(new(at, "says nothing about what matches; must have a key, as or a strategy"));
        var isText = policy.As is MergePolicyAs.Text;
        var isArray = policy.Key is not null || policy.As is MergePolicyAs.List or MergePolicyAs.Set;
        if (policy.Key is not null && isText)
            errors.Add(new($"{at}.key", "stands beside as: text; a key is for arrays, and text is for strings"));
        if (policy.Strategy is not { } strategy) return;
        var why = strategy switch
        {
            MergePolicyStrategy.Text when isArray => "text merges strings, and key, list and set are for arrays",
            MergePolicyStrategy.Max when isArray || isText => "max compares numbers, and key and as are for arrays and strings",
            MergePolicyStrategy.Union when isText => "union takes arrays and objects together, and text is for strings",
            _ => null,
        };
        if (why is null) return;
        var name = NamedEnumConverter<MergePolicyStrategy>.NameOf(strategy);
        errors.Add(new($"{at}.strategy", $"is {name} beside {(policy.Key is null ? "as" : "key")}; {why}"));
    }

    private static byte[] JsonOf(ImmutableArray<MergePolicy> policies) =>
        JsonSerializer.SerializeToUtf8Bytes(policies, MementoJson.Default.ImmutableArrayMergePolicy);
}
