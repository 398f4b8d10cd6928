using Microsoft.Extensions.Options;

namespace Memento.Http;

/// <summary>The outermost step of every request: lets in what may come in, and turns whatever goes wrong inside into problem details.</summary>
internal sealed partial class Edge(RequestDelegate next, IOptions<HttpOptions> options, ILogger<Edge> log)
{
    private readonly RequestGuard _guard = new(options.Value);

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            _guard.Check(http);
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } silent) http.Answer(Problem.Of(http.Request, silent.StatusCode));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered. What was asked for may have been done.
        }
        catch (Exception e)
        {
            Fail(http, e);
        }
    }

    private void Fail(HttpContext http, Exception e)
    {
        var problem = Describe(e);
        if (problem.Status == StatusCodes.Status500InternalServerError) LogBug(e, http.Request.Method, http.Request.Path, http.TraceIdentifier);
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable) LogUnavailable(http.Request.Method, http.Request.Path, e.Message);

        // Half an answer must not look like a whole one.
        if (http.Response.HasStarted) { http.Abort(); return; }
        http.Response.Clear();
        http.Answer(problem);
    }

    private static Problem Describe(Exception e) => e switch
    {
        ProblemException refused => refused.Problem,
        MementoException refused => Problem.Of(refused.Refusal),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => Problem.BodyTooLarge(bad.Message, "is larger than this server allows"),
        BadHttpRequestException bad => Problem.Of(bad.StatusCode, Codes.MalformedRequest, bad.Message),
        TimeoutException or OrleansException => Problem.Of(StatusCodes.Status503ServiceUnavailable, HttpCodes.ClusterUnavailable,
            "The cluster did not answer. What was asked for may or may not have been done; repeating it with the same Idempotency-Key is safe.") with { RetryAfter = 1 },
        _ => Problem.Of(StatusCodes.Status500InternalServerError, HttpCodes.InternalError, "The server failed. Its log says why, under this traceId."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed ({TraceId})")]
    private partial void LogBug(Exception exception, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} could not be answered: {Reason}")]
    private partial void LogUnavailable(string method, string path, string reason);
}
