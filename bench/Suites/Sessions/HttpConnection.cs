using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Memento.Bench.Sessions;

/// <summary>
/// One keep-alive connection that sends ready-made requests and looks at no more of an answer than its status and length.
/// A full HTTP client costs as much processor time as the server does, and on a small machine that would be measured instead.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<HttpConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var connection = new HttpConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return connection;
    }

    /// <summary>The bytes of a POST with a JSON body.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body) =>
        [.. System.Text.Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    /// <summary>Sends a request and takes its answer. Throws <see cref="BenchException"/> unless the status is 201.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        var (received, needed) = (0, int.MaxValue);
        while (received < needed)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(received));
            if (read == 0) throw new BenchException("The server closed the connection.");
            received += read;
            if (needed == int.MaxValue) needed = LengthOf(_buffer.AsSpan(0, received));
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Length of the whole answer, or <see cref="int.MaxValue"/> while its head is not complete.</summary>
    private static int LengthOf(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return int.MaxValue;
        if (!answer.StartsWith("HTTP/1.1 201 "u8)) throw new BenchException($"The server answered {System.Text.Encoding.UTF8.GetString(answer)}");
        var length = "Content-Length: "u8;
        var at = answer[..head].IndexOf(length);
        if (at < 0 || !Utf8Parser.TryParse(answer[(at + length.Length)..], out int body, out _)) throw new BenchException("The server's answer has no length.");
        return head + 4 + body;
    }
}
