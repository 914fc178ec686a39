using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Aupd.Workplace.Wifi;

/// <summary>Writes XML as bytes; what stands in for a name is escaped by the writer.</summary>
internal static class XmlBytes
{
    public static byte[] Of(XDocument document)
    {
        using var made = new MemoryStream();
        using (var writer = XmlWriter.Create(made, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true })) document.Save(writer);
        return made.ToArray();
    }
}

/// <summary>A configuration profile of iOS, iPadOS and macOS: EAP-TTLS with PAP, the authority and the server's name pinned, no password.</summary>
internal static class AppleProfile
{
    private const int Ttls = 21;

    public static byte[] Of(WifiNetwork network, string login)
    {
        var authority = network.IdOf("apple-ca").ToString("D").ToUpperInvariant();
        var wifi = Dict(
            ("PayloadType", "com.apple.wifi.managed"), ("PayloadVersion", 1), ("PayloadIdentifier", "aupd.wifi.network"),
            ("PayloadUUID", network.IdOf("apple-wifi").ToString("D").ToUpperInvariant()), ("PayloadDisplayName", network.Ssid),
            ("SSID_STR", network.Ssid), ("AutoJoin", true), ("EncryptionType", "WPA2"),
            ("EAPClientConfiguration", Dict(("AcceptEAPTypes", new XElement("array", Value(Ttls))), ("TTLSInnerAuthentication", "PAP"), ("UserName", login),
                ("OuterIdentity", network.OuterName), ("TLSMinimumVersion", "1.2"), ("TLSTrustedServerNames", new XElement("array", Value(network.ServerName))),
                ("PayloadCertificateAnchorUUID", new XElement("array", Value(authority))))));
        var root = Dict(
            ("PayloadType", "com.apple.security.root"), ("PayloadVersion", 1), ("PayloadIdentifier", "aupd.wifi.ca"), ("PayloadUUID", authority),
            ("PayloadDisplayName", network.Authority.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, false)),
            ("PayloadContent", new XElement("data", Convert.ToBase64String(network.Authority.RawData))));
        var all = Dict(
            ("PayloadType", "Configuration"), ("PayloadVersion", 1), ("PayloadIdentifier", "aupd.wifi"),
            ("PayloadUUID", network.IdOf("apple").ToString("D").ToUpperInvariant()), ("PayloadDisplayName", $"Wi-Fi {network.Ssid}"),
            ("PayloadContent", new XElement("array", root, wifi)));
        return XmlBytes.Of(new XDocument(new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null),
            new XElement("plist", new XAttribute("version", "1.0"), all)));
    }

    private static XElement Dict(params (string Key, object Value)[] members) =>
        new("dict", members.SelectMany(m => new[] { new XElement("key", m.Key), Value(m.Value) }));

    private static XElement Value(object value) => value switch
    {
        XElement made => made,
        bool flag => new XElement(flag ? "true" : "false"),
        int number => new XElement("integer", number),
        _ => new XElement("string", value),
    };
}

/// <summary>A WLAN profile of Windows 8 and later, for <c>netsh wlan add profile</c>: the same, and no question whether to trust another server.</summary>
internal static class WindowsProfile
{
    private static readonly XNamespace Wlan = "http://www.microsoft.com/networking/WLAN/profile/v1", OneX = "http://www.microsoft.com/networking/OneX/v1",
        Host = "http://www.microsoft.com/provisioning/EapHostConfig", Common = "http://www.microsoft.com/provisioning/EapCommon",
        Ttls = "http://www.microsoft.com/provisioning/EapTtlsConnectionPropertiesV1";

    public static byte[] Of(WifiNetwork network) => XmlBytes.Of(new XDocument(new XElement(Wlan + "WLANProfile",
        new XElement(Wlan + "name", network.Ssid),
        new XElement(Wlan + "SSIDConfig", new XElement(Wlan + "SSID",
            new XElement(Wlan + "hex", Convert.ToHexString(Encoding.UTF8.GetBytes(network.Ssid))), new XElement(Wlan + "name", network.Ssid))),
        new XElement(Wlan + "connectionType", "ESS"), new XElement(Wlan + "connectionMode", "auto"),
        new XElement(Wlan + "MSM", new XElement(Wlan + "security",
            new XElement(Wlan + "authEncryption", new XElement(Wlan + "authentication", "WPA2"), new XElement(Wlan + "encryption", "AES"), new XElement(Wlan + "useOneX", "true")),
            new XElement(OneX + "OneX", new XElement(OneX + "authMode", "user"), new XElement(OneX + "EAPConfig", Eap(network))))))));

    private static XElement Eap(WifiNetwork network) => new(Host + "EapHostConfig",
        new XElement(Host + "EapMethod", new XElement(Common + "Type", 21), new XElement(Common + "VendorId", 0), new XElement(Common + "VendorType", 0),
            new XElement(Common + "AuthorId", 311)),
        new XElement(Host + "Config", new XElement(Ttls + "EapTtls",
            new XElement(Ttls + "ServerValidation", new XElement(Ttls + "ServerNames", network.ServerName), new XElement(Ttls + "TrustedRootCAHash", Thumbprint(network)),
                new XElement(Ttls + "DisablePrompt", "true")),
            new XElement(Ttls + "Phase2Authentication", new XElement(Ttls + "PAPAuthentication")),
            new XElement(Ttls + "Phase1Identity", new XElement(Ttls + "IdentityPrivacy", "true"), new XElement(Ttls + "AnonymousIdentity", network.OuterName)))));

    // Windows names an authority of its store by SHA-1; it finds the certificate by it, it does not trust by it.
    private static string Thumbprint(WifiNetwork network) => string.Join(' ', network.Authority.Thumbprint.ToLowerInvariant().Chunk(2).Select(p => new string(p)));
}

/// <summary>EAP metadata (draft-winter-opsawg-eap-metadata), which geteduroam and other apps for Android read. A network with a name is no Passpoint
/// network, so the format of Passpoint does not fit.</summary>
internal static class EapConfig
{
    private const int Ttls = 21, Pap = 1;

    public static byte[] Of(WifiNetwork network, string login) => XmlBytes.Of(new XDocument(new XElement("EAPIdentityProviderList",
        new XElement("EAPIdentityProvider", new XAttribute("ID", network.Realm.Length > 0 ? network.Realm : network.ServerName),
            new XAttribute("namespace", "urn:RFC4282:realm"), new XAttribute("lang", "ru"), new XAttribute("version", 1),
            new XElement("AuthenticationMethods", new XElement("AuthenticationMethod",
                new XElement("EAPMethod", new XElement("Type", Ttls)),
                new XElement("ServerSideCredential",
                    new XElement("CA", new XAttribute("format", "X.509"), new XAttribute("encoding", "base64"), Convert.ToBase64String(network.Authority.RawData)),
                    new XElement("ServerID", network.ServerName)),
                new XElement("ClientSideCredential", new XElement("OuterIdentity", network.OuterName),
                    new XElement("UserName", network.Realm.Length > 0 ? $"{login}@{network.Realm}" : login)),
                new XElement("InnerAuthenticationMethod", new XElement("NonEAPAuthMethod", new XElement("Type", Pap))))),
            new XElement("CredentialApplicability", new XElement("IEEE80211", new XElement("SSID", network.Ssid), new XElement("MinRSNProto", "CCMP"))),
            new XElement("ProviderInfo", new XElement("DisplayName", $"Wi-Fi {network.Ssid}"))))));
}
