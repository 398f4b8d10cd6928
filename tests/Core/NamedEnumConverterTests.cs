using System.Text.Json;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class NamedEnumConverterTests
{
    [Fact]
    public void The_names_are_the_ones_agents_already_use()
    {
        Assert.Equal(["modified", "broke", "checkpoint", "handoff", "test_pass", "start"], NamedEnumConverter<EventType>.KnownNames);
        Assert.Equal(["function", "cluster", "spec", "benchmark", "session"], NamedEnumConverter<ElementType>.KnownNames);
        Assert.Equal(["added", "modified", "deleted", "renamed", "init"], NamedEnumConverter<Operation>.KnownNames);
        Assert.Equal(["low", "medium", "high", "critical"], NamedEnumConverter<Severity>.KnownNames);
        Assert.Equal(["test", "build", "manual", "agent"], NamedEnumConverter<VerifiedBy>.KnownNames);
        Assert.Equal(["working", "broken", "coordinating", "completed"], NamedEnumConverter<WorkState>.KnownNames);
        Assert.Equal(["working", "broken", "coordinated", "completed"], NamedEnumConverter<Outcome>.KnownNames);
        Assert.Equal(["joined", "left", "handedOver"], NamedEnumConverter<HandoffAction>.KnownNames);
        Assert.Equal(["none", "expired", "deleted"], NamedEnumConverter<SessionEnd>.KnownNames);
    }

    [Fact]
    public void Every_value_reads_back_from_its_name()
    {
        foreach (var type in Enum.GetValues<EventType>())
        {
            Assert.Equal(type, JsonSerializer.Deserialize<EventType>(JsonSerializer.Serialize(type)));
            Assert.True(NamedEnumConverter<EventType>.TryParse(NamedEnumConverter<EventType>.NameOf(type), out var parsed));
            Assert.Equal(type, parsed);
        }
    }

    [Theory]
    [InlineData("\"Modified\"", "\"Modified\" is not one of: modified, broke,")]
    [InlineData("\"\"", "\"\" is not one of")]
    [InlineData("0", "a JSON Number is not one of")]
    [InlineData("[]", "a JSON StartArray is not one of")]
    public void Anything_else_is_refused_with_the_names_there_are(string json, string message) =>
        Assert.Contains(message, Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<EventType>(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_wrong_name_is_shortened_in_the_message() =>
        Assert.InRange(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<EventType>($"\"{new string('x', 100_000)}\"")).Message.Length, 1, 400);
}
