using System.Net;
using System.Text;

namespace Memento.Tests.Client;

/// <summary>Stands where the network is: answers each request with the next entry of a script, and remembers what was asked.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> _script = new();

    public List<(string Method, string Url, string? Key, string Body)> Requests { get; } = [];

    public ScriptedServer Answers(HttpStatusCode status, string json, params (string Name, string Value)[] headers)
    {
        _script.Enqueue(_ =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, (int)status < 400 ? "application/json" : "application/problem+json") };
            foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
            return response;
        });
        return this;
    }

    /// <summary>A stream of events that ends well, or breaks after its last byte.</summary>
    public ScriptedServer Streams(string text, bool breaks = false)
    {
        _script.Enqueue(_ => new(HttpStatusCode.OK) { Content = new StreamContent(new Body(Encoding.UTF8.GetBytes(text), breaks)) { Headers = { ContentType = new("text/event-stream") } } });
        return this;
    }

    public ScriptedServer LosesTheConnection()
    {
        _script.Enqueue(_ => throw new HttpRequestException("Connection refused"));
        return this;
    }

    public MementoClientOptions Options(int attempts = 3) =>
        new() { Url = new("http://memento.test/"), CreateHandler = () => this, MaxAttempts = attempts, RetryDelay = TimeSpan.FromMilliseconds(1), WatchPatience = TimeSpan.FromSeconds(5) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add((request.Method.Method, request.RequestUri!.PathAndQuery, request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null, body));
        return _script.Count > 0 ? _script.Dequeue()(request) : throw new InvalidOperationException($"Nobody expected {request.Method} {request.RequestUri.PathAndQuery}.");
    }

    private sealed class Body(byte[] bytes, bool breaks) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            breaks && Position == Length ? throw new IOException("Connection reset") : base.ReadAsync(buffer, cancellationToken);
    }
}
