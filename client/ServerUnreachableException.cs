namespace Memento;

/// <summary>No answer came, also after retries. Whether the server did what was asked is unknown; repeating the call is safe.</summary>
public sealed class ServerUnreachableException : IOException
{
    public ServerUnreachableException(string message, Exception inner) : base(message, inner) { }
}
