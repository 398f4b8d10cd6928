using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Memento.Tests.Core;

public sealed partial class RefusalTests
{
    [Fact]
    public void Codes_are_upper_case_and_each_is_its_own()
    {
        var codes = typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!).ToList();

        Assert.All(codes, code => Assert.Matches(UpperSnake(), code));
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void An_exception_carries_the_refusal_and_its_code()
    {
        var exception = new MementoException(Refusal.Invalid("limit", "is 0; must be from 1 to 500"));

        Assert.Equal((Codes.ValidationFailed, RefusalKind.Invalid), (exception.Code, exception.Refusal.Kind));
        Assert.Equal("VALIDATION_FAILED: limit: is 0; must be from 1 to 500", exception.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Page_limits_in_range_are_taken(int limit) => Assert.Equal(limit, Paging.Check(limit));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(501)]
    public void Page_limits_out_of_range_are_refused(int limit) => Assert.Equal(Codes.ValidationFailed, Assert.Throws<MementoException>(() => Paging.Check(limit)).Code);

    [GeneratedRegex("^[A-Z]+(_[A-Z]+)*$")]
    private static partial Regex UpperSnake();
}
