using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>Signatures and TLS on the wire.</summary>
public sealed class SecurityTests
{
    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public async Task SendAsync_WithAccessKey_SignsEveryRequest(HeaderEncoding encoding)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        var store = new StoreUnderTest(
            options =>
            {
                options.HeaderEncoding = encoding;
                options.AccessKey = "rocketmq2";
                options.SecretKey = "12345678";
            },
            broker);
        SendRequest request = StoreUnderTest.Message("body");
        request.AddProperty("\u4e2d"u8.ToArray(), "v\"\\"u8.ToArray());
        Assert.True((await store.SendAsync(request)).IsOk);
        await store.DisposeAsync();

        Assert.Equal([34, 35, 105, 310], broker.Requests.Select(each => each.Code).Distinct().Order());
        Assert.All(broker.Requests, each => Assert.Equal(Signature(each, "12345678"), each.Fields["Signature"]));
    }

    [Fact]
    public async Task SendAsync_Tls_StoresAndKeepsTheOrder()
    {
        using X509Certificate2 certificate = Certificate();
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1, certificate: certificate);
        await using var store = new StoreUnderTest(
            options =>
            {
                options.UseTls = true;
                options.TrustAnyCertificate = true;
            },
            broker);

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => store.SendAsync($"{i} {new string('x', i * 10)}")));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), broker.Sends.Select(send => send.BodyText.Split(' ')[0]));
    }

    [Fact]
    public async Task SendAsync_TlsWithACertificateNobodyVouchesFor_IsNotSent()
    {
        using X509Certificate2 certificate = Certificate();
        await using FakeRocketMq nameServer = StoreUnderTest.Broker(certificate: certificate);
        await using var store = new StoreUnderTest(options => options.UseTls = true, nameServer);

        SendResult result = await store.SendAsync("x", timeoutMs: 500);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        await StoreUnderTest.UntilAsync(() => store.Store.Trouble?.Contains("TLS", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task SendAsync_TlsConnectionBreaks_IsUnknown()
    {
        using X509Certificate2 certificate = Certificate();
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1, certificate: certificate);
        broker.OnSend = (_, connection) => connection.Close();
        await using var store = new StoreUnderTest(
            options =>
            {
                options.UseTls = true;
                options.TrustAnyCertificate = true;
            },
            broker);

        Assert.Equal(Stored.Unknown, (await store.SendAsync("x")).Stored);
    }

    private static string Signature(FakeRequest request, string secret)
    {
        string values = string.Concat(request.Fields.Where(field => field.Key != "Signature")
            .OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => field.Value));
        byte[] content = [.. Encoding.UTF8.GetBytes(values), .. request.Body];
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), content));
    }

    private static X509Certificate2 Certificate()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
