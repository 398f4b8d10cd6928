namespace Memento.Rollback;

/// <summary>
/// The merge policies of a workspace: how documents are merged when a rollback and later work meet. Key: the workspace's name.
/// </summary>
[Alias("memento.IMergePolicyGrain"), GrainInterfaceType("memento.merge-policies")]
public interface IMergePolicyGrain : IGrainWithStringKey
{
    /// <summary>Returns the current policies; version 0 and an empty list if they were never set.</summary>
    [Alias("get")] Task<MergePolicyList> GetAsync();

    /// <summary>Returns a version of the policies. <c>MERGE_POLICIES_NOT_FOUND</c> if there was no such version.</summary>
    [Alias("get-version")] Task<MergePolicyList> GetVersionAsync(long version);

    /// <summary>
    /// Replaces the policies and returns them. Setting the current list again changes nothing, so the call can be repeated.
    /// <c>VALIDATION_FAILED</c>, <c>TOO_LARGE</c>, and <c>VERSION_CONFLICT</c> if the policies are not the version that the request
    /// expects.
    /// </summary>
    [Alias("set")] Task<MergePolicyList> SetAsync(SetMergePolicies request);
}
