namespace Memento.Operations;

/// <summary>The program cannot start, and the message says in one line which setting or file is at fault.</summary>
internal sealed class StartupException(string message) : Exception(message);
