using System.Diagnostics;
using Memento.Tasks;

namespace Memento.Http;

/// <summary>The trace that a request belongs to.</summary>
internal static class RequestTrace
{
    public static readonly ParameterDescription Header = new("traceparent", "The caller's span, as W3C Trace Context writes it. It is kept with the task, so that whoever does it can continue the trace; one that cannot be read is ignored.", Header: true);

    /// <summary>The span that is recorded here for the request, or else what the caller sent, if it can be read; null = the request belongs to no trace.</summary>
    public static string? Of(HttpContext http) =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } span ? span.Id
        : http.Request.Headers.TraceParent is [{ } sent] && TraceParent.IsValid(sent) ? sent : null;
}
