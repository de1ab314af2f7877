using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class HeaderTextTests
{
    [Theory]
    [InlineData("get_weather", "get_weather")]
    [InlineData("a b ~", "a b ~")]
    [InlineData("Grüße", "=?base64?R3LDvMOfZQ==?=")]
    [InlineData(" a", "=?base64?IGE=?=")]
    [InlineData("a ", "=?base64?YSA=?=")]
    [InlineData("a\r\nX: y", "=?base64?YQ0KWDogeQ==?=")]
    [InlineData("=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?=")]
    public void A_name_is_plain_where_that_is_safe_and_else_in_base64(string name, string header) => Assert.Equal(header, HeaderText.Encode(name));
}
