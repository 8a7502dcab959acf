using System.Text;
using System.Text.Json;
using Ddmq.Cli.Zk;
using Xunit;

namespace Ddmq.UnitTests.Cli.Zk;

public sealed class ConsoleJsonTests
{
    public static TheoryData<string> RecordedNodes => [.. ConsoleNode.Names];

    [Theory]
    [MemberData(nameof(RecordedNodes))]
    public void Write_WhatTheConsoleWrote_GivesTheSameBytes(string name)
    {
        byte[] recorded = ConsoleNode.Bytes(name);

        Assert.Equal(recorded, ConsoleJson.Write(ConsoleJson.Parse(recorded)!));
    }

    [Theory]
    [InlineData("""{ "b" : 1.50 , "a" : [ 1e3 , true ] }""", """{"b":1.50,"a":[1e3,true]}""")]
    [InlineData("""{"a":null,"b":[null,"x"],"c":{}}""", """{"b":[null,"x"],"c":{}}""")]
    [InlineData("""{"a":1,"b":2,"a":3,}""", """{"a":3,"b":2}""")]
    [InlineData("""{/* by hand */"a":"\u0041\u8fd0\ud83d\ude00\/"}""", "{\"a\":\"A运😀/\"}")]
    [InlineData("""{"a":"\b\t\n\f\r\"\\"}""", """{"a":"\b\t\n\f\r\"\\"}""")]
    [InlineData("""{"a":"\u0001\u001f\u007f\u009f\u00a0\u2028"}""", "{\"a\":\"\\u0001\\u001F\\u007F\\u009F\u00a0\\u2028\"}")]
    public void Write_OtherJson_IsInTheConsolesForm(string json, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(ConsoleJson.Write(ConsoleJson.Parse(Encoding.UTF8.GetBytes(json))!)));
    }

    [Theory]
    [InlineData("carrera")]
    [InlineData("")]
    [InlineData("{}{}")]
    [InlineData("""{"a":"\ud800"}""")]
    public void Parse_NoJson_Throws(string text)
    {
        Assert.ThrowsAny<JsonException>(() => ConsoleJson.Parse(Encoding.UTF8.GetBytes(text)));
    }
}
