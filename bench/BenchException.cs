namespace Memento.Bench;

/// <summary>Something that the person at the keyboard can put right.</summary>
internal sealed class BenchException(string message) : Exception(message);
