namespace Memento.Cli.Tasks;

/// <summary>The environment variables that pass a trace on to programs.</summary>
internal static class TraceVariable
{
    public const string Parent = "TRACEPARENT";
    public const string State = "TRACESTATE";
}
