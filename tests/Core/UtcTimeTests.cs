using System.Text.Json;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class UtcTimeTests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.678+00:00", "2026-01-02T03:04:05.678Z")]
    [InlineData("2026-01-02T03:04:05.6781234-05:00", "2026-01-02T08:04:05.6781234Z")]
    public void Times_are_written_in_UTC_whatever_offset_they_came_with(string sent, string written) =>
        Assert.Contains($"\"occurredAt\":\"{written}\"", JsonSerializer.Serialize(Read($"\"{sent}\""), MementoJson.Default.NewEvent), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"\"")]
    [InlineData("\"2026-01-02\"")]
    [InlineData("\"2026-13-01T00:00:00Z\"")]
    [InlineData("\"0001-01-01T00:00:00+14:00\"")]
    [InlineData("\"9999-12-31T23:59:59-14:00\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("1767323045")]
    [InlineData("{}")]
    public void What_is_no_time_is_refused(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void A_long_wrong_time_is_shortened_in_the_message() =>
        Assert.InRange(Assert.Throws<JsonException>(() => Read($"\"{new string('9', 100_000)}\"")).Message.Length, 1, 400);

    private static NewEvent Read(string occurredAt) => JsonSerializer.Deserialize(
        $$"""{"type":"modified","actor":"ada","changeInfo":{"elementType":"function","entityIds":[],"operation":"modified"},"occurredAt":{{occurredAt}}}""", MementoJson.Default.NewEvent)!;
}
