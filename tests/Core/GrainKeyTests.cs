using CsCheck;
using Xunit;

namespace Memento.Tests.Core;

public sealed class GrainKeyTests
{
    [Fact]
    public void Every_pair_of_names_reads_back_from_its_key()
    {
        var name = Gen.OneOf('a', '/', '%', '2', 'F', '5', 'é').Array[1, 12].Select(chars => new string(chars));
        Gen.Select(name, name).Sample((workspace, id) => Assert.Equal(new GrainKey(workspace, id), GrainKey.Parse(new GrainKey(workspace, id).ToString())));
    }

    [Fact]
    public void Different_pairs_have_different_keys()
    {
        var name = Gen.OneOf('a', '/', '%', '2', 'F').Array[1, 6].Select(chars => new string(chars));
        Gen.Select(name, name, name, name).Sample((w1, i1, w2, i2) => Assert.Equal((w1, i1) == (w2, i2), new GrainKey(w1, i1).ToString() == new GrainKey(w2, i2).ToString()));
    }

    [Fact]
    public void The_plain_form_is_workspace_slash_id() => Assert.Equal("default/sess-1", new GrainKey("default", "sess-1").ToString());

    [Fact]
    public void Text_without_a_slash_is_no_key() => Assert.Throws<FormatException>(() => GrainKey.Parse("nothing"));
}
