using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary>An authenticator in software (WebAuthn Level 3 §6) with one passkey, and the browser's part beside it. It can be told to lie.</summary>
public sealed class Authenticator(string origin)
{
    private const byte UserPresent = 1, UserVerified = 4, BackupEligible = 8, BackedUp = 16, HasCredential = 64;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private byte[] _userHandle = [];

    public byte[] CredentialId { get; init; } = RandomNumberGenerator.GetBytes(32);
    public string Id => Base64Url.EncodeToString(CredentialId);
    public uint Count { get; set; }
    public string Origin { get; set; } = origin;
    public string RpId { get; set; } = "localhost";
    public bool Verifies { get; set; } = true;
    public bool IsSynced { get; set; }
    public string? UserHandle { get; set; }
    public bool CrossOrigin { get; set; }

    /// <summary>Makes the passkey on the page that is made for it, and sends it.</summary>
    public async Task<Browser> RegisterAsync(Browser browser, string name = "Мой телефон")
    {
        await browser.GetAsync("/profile/second-step/passkey");
        return await browser.SubmitAsync(("Name", name), ("answer", Create(Options(browser))));
    }

    /// <summary>Answers the question that stands on the page.</summary>
    public Task<Browser> AnswerAsync(Browser browser) => browser.SubmitAsync(("answer", Get(Options(browser))));

    public static JsonNode Options(Browser browser) => JsonNode.Parse(browser.Page.QuerySelector("[data-passkey]")!.GetAttribute("data-passkey")!)!;

    public string Create(JsonNode options)
    {
        _userHandle = Base64Url.DecodeFromChars((string)options["user"]!["id"]!);
        var point = _key.ExportParameters(false).Q;
        // COSE_Key of ES256 (RFC 9053 §2.1) and the object around it (§6.5.4), in CBOR by hand.
        byte[] cose = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. Data(HasCredential), .. new byte[16], (byte)(CredentialId.Length >> 8), (byte)CredentialId.Length, .. CredentialId, .. cose];
        byte[] attestation = [0xa3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xa0, 0x68, .. "authData"u8, 0x59, (byte)(data.Length >> 8), (byte)data.Length, .. data];
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(ClientData("webauthn.create", options)),
            ["attestationObject"] = Base64Url.EncodeToString(attestation), ["transports"] = new JsonArray("internal", "hybrid"),
        });
    }

    public string Get(JsonNode options)
    {
        var data = Data(0);
        var client = ClientData("webauthn.get", options);
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(client), ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["signature"] = Base64Url.EncodeToString(signature), ["userHandle"] = UserHandle ?? Base64Url.EncodeToString(_userHandle),
        });
    }

    private string Answer(JsonObject response) => new JsonObject
    {
        ["id"] = Id, ["rawId"] = Id, ["type"] = "public-key", ["clientExtensionResults"] = new JsonObject(), ["authenticatorAttachment"] = "platform", ["response"] = response,
    }.ToJsonString();

    private byte[] ClientData(string type, JsonNode options) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["type"] = type, ["challenge"] = (string)options["challenge"]!, ["origin"] = Origin, ["crossOrigin"] = CrossOrigin,
    });

    // §6.1: hash of the RP id, flags, counter.
    private byte[] Data(byte more)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(RpId), data);
        data[32] = (byte)(UserPresent | (Verifies ? UserVerified : 0) | (IsSynced ? BackupEligible | BackedUp : 0) | more);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), Count);
        return data;
    }
}
