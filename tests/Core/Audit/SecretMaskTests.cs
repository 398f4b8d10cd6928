using Memento.Audit;
using Xunit;

namespace Memento.Tests.Core.Audit;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("password")]
    [InlineData("DB_PASSWORD")]
    [InlineData("apiKey")]
    [InlineData("api-key")]
    [InlineData("clientSecret")]
    [InlineData("access_token")]
    [InlineData("Authorization")]
    [InlineData("rootPwd")]
    [InlineData("ConnectionStrings")]
    [InlineData("privateKey")]
    public void Texts_under_a_secrets_name_are_masked(string name) =>
        Assert.Equal("""[{"NAME":"***","b":{"NAME":["***",null,7]}}]""".Replace("NAME", name, StringComparison.Ordinal), Masked("""[{"NAME":"xyz","b":{"NAME":["y",null,7]}}]""".Replace("NAME", name, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"tokens":1234,"maxTokens":8,"passwordless":true,"name":"token ring","secretary":null}""")]
    [InlineData("""{"description":"Ask for the password of the door, the secret is out","keys":["sk-1","bearer of news"],"url":"https://example.org/a:b@c"}""")]
    [InlineData("[1,2.50,\"\",null,{}]")]
    public void Numbers_and_plain_words_stay(string json) => Assert.Equal(json, Masked(json));

    [Theory]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "***")]
    [InlineData("use ghp_abcdefghijklmnopqrstuvwxyz0123456789 now", "use *** now")]
    [InlineData("github_pat_11ABCDEFG0abcdefghijkl", "***")]
    [InlineData("xoxb-1234567890-abcdef", "***")]
    [InlineData("sk-proj-abcdefghijklmnop0123", "***")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "***")]
    [InlineData("Authorization: Bearer abc.def-ghi", "Authorization: ***")]
    [InlineData("postgres://memento:hunter2@db/x", "postgres://***@db/x")]
    [InlineData("redis://:hunter2@cache", "redis://***@cache")]
    [InlineData("Host=db;Password=hunter2;Database=x", "Host=db;***;Database=x")]
    [InlineData("api_key: 'abc'", "***'")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nxyz\n-----END RSA PRIVATE KEY-----\n", "***\n")]
    public void Texts_that_look_like_a_secret_are_masked(string text, string masked) => Assert.Equal(masked, SecretMask.Of(text));

    [Fact]
    public void A_long_text_takes_linear_time() => Assert.Equal(200_000, SecretMask.Of(string.Concat(Enumerable.Repeat("eyJ://pwd ", 20_000))).Length);

    [Fact]
    public void Of_members_of_one_name_the_last_counts() => Assert.Equal("""{"a":{"b":3}}""", Masked("""{"a":1,"a":{"b":2,"b":3}}"""));

    private static string Masked(string json) => SecretMask.Of(new JsonText(json))!.ToJsonString(MementoJson.Default.Options);
}
