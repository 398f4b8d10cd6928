using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>The merge policies that fit a document, by their indexes in the list.</summary>
/// <param name="Documents">The policies whose pattern fits the document.</param>
/// <param name="Places">Those of them without a path, or with a path at which a version of the document has a value.</param>
public sealed record PolicyReach(ImmutableArray<int> Documents, ImmutableArray<int> Places)
{
    private const string AnyToken = "*";

    /// <summary>Finds the policies that fit a document.</summary>
    /// <param name="policies">The list.</param>
    /// <param name="matches">Whether the pattern of the policy with an index fits the document.</param>
    /// <param name="versions">The versions of the document that are merged.</param>
    public static PolicyReach Of(ImmutableArray<MergePolicy> policies, Func<int, bool> matches, IEnumerable<DocumentValue?> versions)
    {
        ImmutableArray<int> documents = [.. Enumerable.Range(0, policies.Length).Where(matches)];
        var places = new SortedSet<int>(documents.Where(i => string.IsNullOrEmpty(policies[i].Path)));
        foreach (var version in versions)
        {
            if (places.Count == documents.Length) break;
            if (version is not { IsJson: true }) continue;
            using var json = JsonDocument.Parse(version.Content);
            foreach (var i in documents)
                if (!places.Contains(i) && HasPlace(json.RootElement, JsonPointer.Parse(policies[i].Path!).Tokens.AsSpan())) places.Add(i);
        }

        return new(documents, [.. places]);
    }

    /// <summary>Returns the policies that fit none of the merged documents; empty if no document is merged.</summary>
    public static ImmutableArray<UnusedPolicy> Unused(ImmutableArray<MergePolicy> policies, IReadOnlyCollection<PolicyReach> merged)
    {
        if (merged.Count == 0) return [];
        var documents = merged.SelectMany(reach => reach.Documents).ToHashSet();
        var places = merged.SelectMany(reach => reach.Places).ToHashSet();
        return [.. from i in Enumerable.Range(0, policies.Length)
                   where !places.Contains(i)
                   let reason = documents.Contains(i) ? UnusedPolicyReason.NoPlace : UnusedPolicyReason.NoDocument
                   select new UnusedPolicy(i, policies[i].Match, policies[i].Path, reason)];
    }

    private static bool HasPlace(JsonElement at, ReadOnlySpan<string> tokens)
    {
        if (tokens.IsEmpty) return true;
        var token = tokens[0];
        var rest = tokens[1..];
        if (at.ValueKind is JsonValueKind.Object)
        {
            if (token != AnyToken) return at.TryGetProperty(token, out var member) && HasPlace(member, rest);
            foreach (var any in at.EnumerateObject())
                if (HasPlace(any.Value, rest)) return true;
        }
        else if (at.ValueKind is JsonValueKind.Array)
        {
            if (token != AnyToken)
            {
                var isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
                return isIndex && index < at.GetArrayLength() && HasPlace(at[index], rest);
            }

            foreach (var any in at.EnumerateArray())
                if (HasPlace(any, rest)) return true;
        }

        return false;
    }
}
