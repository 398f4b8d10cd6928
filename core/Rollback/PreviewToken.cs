using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>
/// Ties a rollback to what was previewed: the workspace, the point, the selection, and the workspace's newest change then.
/// It protects from acting on an old view, not from somebody who forges one: who may roll back may do it without a token.
/// </summary>
public static class PreviewToken
{
    private const string Prefix = "pv-";

    public static string Of(string workspace, string pointId, Selection? selection, long changedSeq) =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{changedSeq} {Fingerprint(workspace, pointId, selection)}"));

    /// <summary>Throws <c>STALE_PREVIEW</c> if the workspace has moved on, <c>VALIDATION_FAILED</c> if the token is for something else.</summary>
    public static void Check(string token, string workspace, string pointId, Selection? selection, long changedSeq)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || Decode(token) is not [var seq, var fingerprint])
            throw new MementoException(Refusal.Invalid("previewToken", $"{Quoted.Text(token)} is not a token that a preview gave"));
        if (fingerprint != Fingerprint(workspace, pointId, selection))
            throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.StalePreview, "The preview token is of another workspace, rollback point or selection."));
        if (seq != changedSeq.ToString(System.Globalization.CultureInfo.InvariantCulture))
            throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.StalePreview, $"The workspace has moved on since the preview: from change {seq} to {changedSeq}. Look at a new one."));
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
        var json = selection is null or { IsEverything: true } ? "{}"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(selection, MementoJson.Default.Selection);
        return ContentHash.Of([.. Encoding.UTF8.GetBytes($"{workspace}\n{pointId}\n"), .. json]).ToString()[..32];
    }
}
