using System.Text.Json;
using Xunit;

namespace Memento.Tests.Core;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{ "b" : 1.50, "a" : [ true , null ] }""", """{"b":1.50,"a":[true,null]}""")]
    [InlineData("1e400", "1e400")]
    [InlineData("12345678901234567890.000", "12345678901234567890.000")]
    [InlineData("\"\\u0041\"", "\"A\"")]
    [InlineData("null", "null")]
    public void Text_becomes_compact_and_keeps_order_and_digits(string json, string compact) => Assert.Equal(compact, JsonText.Parse(json).Text);

    [Fact]
    public void Compact_text_stays_as_it_is()
    {
        var once = JsonText.Parse("""{ "ü": "é<\\u0000🦀", "a": {"a": []} }""");

        Assert.Equal(once, JsonText.Parse(once.Text));
        Assert.Null(once.Problem());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{'a':1}")]
    [InlineData("{} {}")]
    [InlineData("NaN")]
    [InlineData("\"\\ud800\"")]
    public void What_is_not_JSON_is_refused(string json)
    {
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(json));
        Assert.NotNull(new JsonText(json).Problem());
    }

    [Theory]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"a":"\\\u0000"}""")]
    public void The_character_that_PostgreSQL_cannot_hold_is_refused(string json) => Assert.Contains("U+0000", JsonText.Parse(json).Problem());

    [Fact]
    public void It_is_written_as_the_value_it_holds()
    {
        var request = new Sessions.CreateSession { AgentId = "ada", Metadata = JsonText.Parse("""{"a":1}""") };

        var json = JsonSerializer.Serialize(request, MementoJson.Default.CreateSession);

        Assert.Equal("""{"agentId":"ada","metadata":{"a":1},"initialEntityIds":[]}""", json);
        Assert.Equal(request.Metadata, JsonSerializer.Deserialize(json, MementoJson.Default.CreateSession)!.Metadata);
    }
}
