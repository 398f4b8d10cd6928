using System.Text.Json.Serialization;

namespace Memento.Rollback;

/// <summary>Why a change could not be applied. The last two are never found by merging values.</summary>
[JsonConverter(typeof(NamedEnumConverter<ConflictKind>))]
public enum ConflictKind
{
    /// <summary>Both sides changed the same place to different values.</summary>
    [JsonStringEnumMemberName("value_mismatch")] ValueMismatch = 0,
    /// <summary>Both sides changed the same place to values of different types.</summary>
    [JsonStringEnumMemberName("type_mismatch")] TypeMismatch,
    /// <summary>One side removed what the other changed.</summary>
    [JsonStringEnumMemberName("missing_target")] MissingTarget,
    /// <summary>Whoever asks may not change it.</summary>
    [JsonStringEnumMemberName("permission_denied")] PermissionDenied,
    /// <summary>Something else that the change needs is not there.</summary>
    [JsonStringEnumMemberName("dependency")] Dependency,
}
