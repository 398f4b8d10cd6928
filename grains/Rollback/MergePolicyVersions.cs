using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>
/// Finds the version of the merge policies that a rollback merges with.
/// The version is chosen once and stays the same to the rollback's end.
/// </summary>
internal static class MergePolicyVersions
{
    /// <summary>
    /// Returns the previewed version, or the newest one without a preview. Throws like <see cref="PreviewToken.Check"/>.
    /// </summary>
    /// <param name="grains">Where the policies are asked for.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="pointId">The point to go back to.</param>
    /// <param name="request">The request for the rollback.</param>
    public static async Task<long> ChooseAsync(IGrainFactory grains, string workspace, string pointId, StartRollback request)
    {
        var policies = grains.GetGrain<IMergePolicyGrain>(workspace);
        if (request.PreviewToken is not { } token) return (await policies.GetAsync()).Version;
        var changed = (await grains.GetGrain<IWorkspaceGrain>(workspace).GetAsync()).ChangedSeq;
        var version = PreviewToken.Check(token, workspace, pointId, request.Selection, changed);
        try
        {
            return (await policies.GetVersionAsync(version)).Version;
        }
        catch (MementoException e) when (e.Code is Codes.MergePoliciesNotFound)
        {
            throw new MementoException(
                Refusal.Invalid("previewToken", $"names version {version} of the merge policies; there is no such version"), e);
        }
    }

    /// <summary>Returns a version of a workspace's merge policies, ready for use.</summary>
    /// <param name="grains">Where the policies are asked for.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="version">The version; null or 0 = no policies, which takes no call.</param>
    public static async ValueTask<MergePolicySet> ReadAsync(IGrainFactory grains, string workspace, long? version) => version is null or 0
        ? MergePolicySet.Empty
        : MergePolicySet.Of((await grains.GetGrain<IMergePolicyGrain>(workspace).GetVersionAsync(version.Value)).Policies);
}
