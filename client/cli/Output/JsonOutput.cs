using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Cli;

/// <summary>What <c>--json</c> prints: one document on a line, nothing else.</summary>
internal static class JsonOutput
{
    public static void Write<T>(Terminal terminal, T value, JsonTypeInfo<T> info) => Write(terminal, JsonSerializer.Serialize(value, info));

    public static void Write(Terminal terminal, JsonObject value) => Write(terminal, value.ToJsonString());

    /// <summary>Writes all pages of a list as one page without holding them.</summary>
    public static async Task WriteAllAsync<T>(Terminal terminal, IAsyncEnumerable<T> items, JsonTypeInfo<T> info)
    {
        var separator = "{\"items\":[";
        var any = false;
        await foreach (var item in items)
        {
            terminal.Out.Write(separator);
            terminal.Out.Write(JsonSerializer.Serialize(item, info));
            (separator, any) = (",", true);
        }

        terminal.Out.WriteLine(any ? "],\"nextCursor\":null}" : "{\"items\":[],\"nextCursor\":null}");
    }

    private static void Write(Terminal terminal, string json)
    {
        terminal.Out.WriteLine(json);
        terminal.Out.Flush();   // a reader of a stream wants each line now
    }
}
