using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Transport;

/// <summary>
/// Sends requests to a Memento server: JSON in and out, refusals as <see cref="MementoException"/>, retries where they can help.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly MementoClientOptions _options;

    public HttpTransport(MementoClientOptions options, TimeProvider clock, Func<double> random)
    {
        _options = options;
        Clock = clock;
        Retries = new(options, clock, random);
        var url = options.Url!.AbsoluteUri;
        _http = new HttpClient(options.CreateHandler?.Invoke() ?? SocketsHandler())
        {
            BaseAddress = new(url.EndsWith('/') ? url : url + "/"),
            Timeout = Timeout.InfiniteTimeSpan,   // Each attempt has its own.
        };
    }

    public TimeProvider Clock { get; }

    public RetryPolicy Retries { get; }

    /// <summary>Asks, and reads the answer.</summary>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken) => GetAsync(path, (_, body) => Parse(body, answer), cancellationToken);

    /// <summary>Asks, and reads the answer in the caller's way.</summary>
    public Task<T> GetAsync<T>(string path, Func<HttpResponseMessage, byte[], T> read, CancellationToken cancellationToken) =>
        Retries.RunAsync((_, ct) => AttemptAsync(() => new(HttpMethod.Get, path), read, ct), cancellationToken);

    /// <summary>Posts, and reads the answer. All attempts carry the same key, so that the server does it once.</summary>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyInfo, JsonTypeInfo<TAnswer> answer, string? idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, Json(body, bodyInfo), answer, idempotencyKey, cancellationToken);

    /// <summary>Changes a part of something, and reads the answer. Doing it twice must do no harm.</summary>
    public Task<TAnswer> PatchAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyInfo, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, Json(body, bodyInfo), answer, null, cancellationToken);

    /// <summary>
    /// Puts a body and reads the answer with <paramref name="read"/>. The request may be sent twice, so it must be idempotent.
    /// </summary>
    public Task<TAnswer> PutAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyInfo, Action<HttpRequestHeaders> headers,
        Func<HttpResponseMessage, byte[], TAnswer> read, CancellationToken cancellationToken)
    {
        var content = Json(body, bodyInfo);
        return Retries.RunAsync((_, ct) => AttemptAsync(Request, read, ct), cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = content() };
            headers(request.Headers);
            return request;
        }
    }

    /// <summary>Sends a body, which is made anew for each attempt, and reads the answer. All attempts carry the same key.</summary>
    public Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string path, Func<HttpContent?> content, JsonTypeInfo<TAnswer> answer, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? Guid.CreateVersion7(Clock.GetUtcNow()).ToString();
        return Retries.RunAsync((_, ct) => AttemptAsync(Request, (_, text) => Parse(text, answer), ct), cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(method, path) { Content = content() };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            return request;
        }
    }

    /// <summary>Deletes. "Not there" after a lost answer means that the first attempt did it.</summary>
    public Task DeleteAsync(string path, CancellationToken cancellationToken) => Retries.RunAsync(async (number, ct) =>
    {
        try
        {
            return await AttemptAsync(() => new(HttpMethod.Delete, path), (_, _) => true, ct).ConfigureAwait(false);
        }
        catch (MementoException e) when (number > 1 && e.Refusal.Kind is RefusalKind.NotFound)
        {
            return true;
        }
    }, cancellationToken);

    /// <summary>
    /// Reads a stream of server-sent events, once; failures that another attempt may cure are <see cref="TransientException"/>.
    /// </summary>
    /// <param name="parse">Reads an item; null for messages of the transport itself, such as <c>end</c>.</param>
    public async IAsyncEnumerable<T> StreamAsync<T>(string path, SseItemParser<T?> parse, [EnumeratorCancellation] CancellationToken cancellationToken) where T : class
    {
        using var response = await OpenStreamAsync(path, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var items = SseParser.Create(body, parse).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false)) yield break;
            }
            catch (Exception e) when (IsLost(e, cancellationToken))
            {
                throw new TransientException(Unreachable(e));
            }

            if (items.Current.Data is { } said) yield return said;
        }
    }

    private async Task<HttpResponseMessage> OpenStreamAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new("text/event-stream"));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.RequestTimeout);
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response) throw Refused(response, await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (IsLost(e, cancellationToken))
        {
            throw new TransientException(Unreachable(e));
        }
    }

    private ServerUnreachableException Unreachable(Exception cause) =>
        new($"No answer from {_http.BaseAddress!.AbsoluteUri.TrimEnd('/')}: {Reason(cause)}", cause);

    /// <summary>Whether an exception is a lost connection or a time-out, not the caller's own cancellation.</summary>
    private static bool IsLost(Exception e, CancellationToken caller) => !caller.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException;

    public void Dispose() => _http.Dispose();

    private async Task<T> AttemptAsync<T>(Func<HttpRequestMessage> make, Func<HttpResponseMessage, byte[], T> read, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.RequestTimeout);
        using var request = make();
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? read(response, body) : throw Refused(response, body);
        }
        catch (Exception e) when (IsLost(e, cancellationToken))
        {
            throw new TransientException(Unreachable(e));
        }
    }

    private Exception Refused(HttpResponseMessage response, byte[] body)
    {
        var refusal = new MementoException(Problem.Read(response.StatusCode, body));
        var transient = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        return transient ? new TransientException(refusal, RetryAfter(response)) : refusal;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - Clock.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    private static Func<HttpContent> Json<T>(T body, JsonTypeInfo<T> info)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, info);
        return () => new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
    }

    public static T Parse<T>(byte[] body, JsonTypeInfo<T> info)
    {
        try
        {
            return JsonSerializer.Deserialize(body, info) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The server's answer is not a {typeof(T).Name}: {e.Message} Is it a Memento server of this version?", e);
        }
    }

    private static string Reason(Exception e) => e switch
    {
        OperationCanceledException => "it took too long",
        { InnerException: SocketException socket } => socket.Message,
        _ => e.Message,
    };

    /// <summary>
    /// Connections that carry a silent stream are probed, so that a server that vanished without a word is noticed within about half a
    /// minute.
    /// </summary>
    private static SocketsHttpHandler SocketsHandler() => new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = static async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
