using System.Buffers.Text;
using System.Text;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>A token is for one workspace, point and selection, as long as nothing changes.</summary>
public sealed class PreviewTokenTests
{
    private static readonly Selection Anns = new() { Agents = ["ann"] };

    [Fact]
    public void The_same_again_is_accepted()
    {
        PreviewToken.Check(PreviewToken.Of("w", "rp", Anns, 7), "w", "rp", new() { Agents = ["ann"] }, 7);
        PreviewToken.Check(PreviewToken.Of("w", "rp", null, 0), "w", "rp", new() { Agents = [] }, 0);
    }

    [Fact]
    public void Token_says_with_which_merge_policies_it_was_previewed()
    {
        Assert.Equal(12, PreviewToken.Check(PreviewToken.Of("w", "rp", Anns, 7, 12), "w", "rp", Anns, 7));
        Assert.Equal(0, PreviewToken.Check(PreviewToken.Of("w", "rp", Anns, 7), "w", "rp", Anns, 7));
    }

    [Fact]
    public void Token_of_a_server_that_knew_no_merge_policies_is_accepted()
    {
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(PreviewToken.Of("w", "rp", Anns, 7).AsSpan("pv-".Length))).Split(' ');

        var older = "pv-" + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{parts[0]} {parts[1]}"));
        Assert.Equal(0, PreviewToken.Check(older, "w", "rp", Anns, 7));
    }

    [Theory]
    [InlineData("v", "rp", "ann", 7)]
    [InlineData("w", "rq", "ann", 7)]
    [InlineData("w", "rp", "bob", 7)]
    [InlineData("w", "rp", null, 7)]
    [InlineData("w", "rp", "ann", 8)]
    [InlineData("w", "rp", "ann", 6)]
    public void Anything_else_is_stale(string workspace, string point, string? agent, long changed)
    {
        var token = PreviewToken.Of("w", "rp", Anns, 7);

        var refused = Assert.Throws<MementoException>(() => PreviewToken.Check(token, workspace, point, agent is null ? null : new() { Agents = [agent] }, changed));

        Assert.Equal((Codes.StalePreview, RefusalKind.Conflict), (refused.Code, refused.Refusal.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("pv-")]
    [InlineData("pv-!!!")]
    [InlineData("pv-AAAA")]
    [InlineData("pv-YSBiIGM")]
    [InlineData("nonsense")]
    [InlineData("pv-\u00e9")]
    public void What_is_no_token_is_bad_input(string token)
    {
        var refused = Assert.Throws<MementoException>(() => PreviewToken.Check(token, "w", "rp", null, 0));

        Assert.Equal((Codes.ValidationFailed, "previewToken"), (refused.Code, refused.Refusal.Errors[0].Field));
    }
}
