using System.Text;
using System.Text.Json;

namespace Memento.Bench.Measuring;

/// <summary>One line of output. Members that were not measured are left out.</summary>
internal sealed record Result
{
    public required string Suite { get; init; }

    public required string Case { get; init; }

    /// <summary><c>sqlite</c>, <c>postgresql</c>, or <c>none</c>.</summary>
    public required string Store { get; init; }

    /// <summary>Operations per second; for appends an operation is one event.</summary>
    public double? OpsPerSecond { get; init; }

    /// <summary>Median time of one call, in milliseconds.</summary>
    public double? P50Ms { get; init; }

    /// <summary>Time within which 99 of 100 calls were answered, in milliseconds.</summary>
    public double? P99Ms { get; init; }

    /// <summary>Further figures, by name; the unit is part of the name.</summary>
    public IReadOnlyList<(string Name, double Value)> Figures { get; init; } = [];

    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("suite", Suite);
            json.WriteString("case", Case);
            json.WriteString("store", Store);
            Write("opsPerSecond", OpsPerSecond);
            Write("p50Ms", P50Ms);
            Write("p99Ms", P99Ms);
            foreach (var (name, value) in Figures) Write(name, value);
            json.WriteEndObject();

            void Write(string name, double? value)
            {
                if (value is { } number) json.WriteNumber(name, Rounded(number));
            }
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Four digits are more than any of this is good for.</summary>
    private static decimal Rounded(double value) => Math.Abs(value) >= 1000 ? Math.Round((decimal)value) : Math.Round((decimal)value, 4 - (int)Math.Ceiling(Math.Log10(Math.Max(Math.Abs(value), 0.001))));
}
