namespace Merging.Json.Arrays;

/// <summary>The elements of three versions of an array, or of a part of it.</summary>
internal sealed record ArrayVersions(List<JsonPart> Base, List<JsonPart> Ours, List<JsonPart> Theirs);
