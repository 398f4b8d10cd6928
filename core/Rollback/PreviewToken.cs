using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>
/// Ties a rollback to its preview: the workspace, the point, the selection, and the newest change and the version of the merge policies
/// at that time. A token protects from acting on an old view. Forging a token gains nothing, because a rollback needs none.
/// </summary>
public static class PreviewToken
{
    private const string Prefix = "pv-";

    /// <summary>Makes a token.</summary>
    /// <param name="changedSeq">The workspace's newest change.</param>
    /// <param name="policiesVersion">Version of the merge policies that the preview merged with.</param>
    public static string Of(string workspace, string pointId, Selection? selection, long changedSeq, long policiesVersion = 0) =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{changedSeq} {Fingerprint(workspace, pointId, selection)} {policiesVersion}")));

    /// <summary>
    /// Returns the version of the merge policies that the preview merged with. The rollback uses that version even if the policies have
    /// changed since. Throws <c>STALE_PREVIEW</c> if the workspace has changed or the token is for something else, and
    /// <c>VALIDATION_FAILED</c> if the text is no token.
    /// </summary>
    public static long Check(string token, string workspace, string pointId, Selection? selection, long changedSeq)
    {
        // A token from a server without merge policies has no third part.
        var parts = token.StartsWith(Prefix, StringComparison.Ordinal) ? Decode(token) : [];
        var policies = 0L;
        if (parts.Length is not (2 or 3)
            || (parts.Length == 3 && !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out policies)))
            throw new MementoException(Refusal.Invalid("previewToken", $"{Quoted.Text(token)} is not a token that a preview gave"));
        if (parts[1] != Fingerprint(workspace, pointId, selection))
            throw new MementoException(Refusal.Of(
                RefusalKind.Conflict, Codes.StalePreview, "The preview token is of another workspace, rollback point or selection."));
        if (parts[0] != changedSeq.ToString(CultureInfo.InvariantCulture))
            throw new MementoException(Refusal.Of(
                RefusalKind.Conflict, Codes.StalePreview,
                $"The workspace has moved on since the preview: from change {parts[0]} to {changedSeq}. Look at a new one."));
        return policies;
    }

    private static string[] Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))).Split(' ');
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static string Fingerprint(string workspace, string pointId, Selection? selection)
    {
        var json = selection is null or { IsEverything: true }
            ? "{}"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(selection, MementoJson.Default.Selection);
        return ContentHash.Of([.. Encoding.UTF8.GetBytes($"{workspace}\n{pointId}\n"), .. json]).ToString()[..32];
    }
}
