using System.Collections.Immutable;
using Memento.Workspaces;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>The operator's options, parsed.</summary>
internal sealed class RollbackRules(IOptions<RollbackOptions> options)
{
    private readonly ImmutableArray<Glob> _protected = [.. options.Value.Protected.Select((pattern, i) => Glob.Parse(pattern, $"{RollbackOptions.Section}:Protected:{i}"))];

    public RollbackOptions Options => options.Value;

    public int MaxDocuments => options.Value.MaxDocuments;

    /// <summary>The bounds of a workspace's merge policies.</summary>
    public MergePolicyLimits MergePolicies { get; } =
        new() { MaxPolicies = options.Value.MaxMergePolicies, MaxBytes = options.Value.MaxMergePolicyBytes };

    /// <summary>Marks a change of a protected document.</summary>
    public PlannedChange Guard(PlannedChange change)
    {
        if (_protected.IsEmpty || !_protected.Any(glob => glob.IsMatch(change.Key.ToString()))) return change;
        return change.Conflicting(ConflictType.PermissionDenied, $"{change.Key} is protected ({RollbackOptions.Section}:Protected); no rollback changes it");
    }
}
