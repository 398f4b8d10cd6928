using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Memento.Rollback;
using Memento.Workspaces;

namespace Memento.Transport;

/// <summary>Merge policies over HTTP: the list is the body; its version, time and agent are headers.</summary>
internal static class MergePolicyAnswer
{
    /// <summary>Path of the policies, below the workspace.</summary>
    public const string Path = "/merge-policies";

    /// <summary>Adds the headers that say which version of the list a request expects.</summary>
    public static void AddTo(HttpRequestHeaders headers, SetMergePolicies request)
    {
        if (request.IfMatch is { } tag) headers.TryAddWithoutValidation("If-Match", tag);
        if (request.IfAbsent) headers.TryAddWithoutValidation("If-None-Match", Etag.Any);
    }

    /// <summary>Reads the list. Throws <see cref="InvalidDataException"/> if the answer has no version.</summary>
    public static MergePolicyList Read(HttpResponseMessage response, byte[] body) => new()
    {
        Version = Header(response, "ETag") is { } tag && Etag.Seq(tag) is { } version ? version
            : throw new InvalidDataException(
                "The server's answer does not say which version of the merge policies it is. Is it a Memento server of this version?"),
        Policies = ImmutableCollectionsMarshal.AsImmutableArray(HttpTransport.Parse(body, MementoJson.Default.MergePolicyArray)),
        UpdatedAt = Time(Header(response, "Memento-At")),
        AgentId = Header(response, "Memento-Agent") is { } agent ? Uri.UnescapeDataString(agent) : null,
    };

    private static DateTimeOffset? Time(string? text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
