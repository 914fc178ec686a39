using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>An authority of the tests' own, with a certificate for localhost.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aupd-authority").FullName;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        using var authority = request.CreateSelfSigned(from, to);
        File.WriteAllText(CaFile, authority.ExportCertificatePem());

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var signed = server.Create(authority, from, to.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(serverKey);
        File.WriteAllBytes(ServerFile, whole.Export(X509ContentType.Pkcs12, "test"));
    }

    public string CaFile => Path.Combine(_folder, "ca.pem");
    public string ServerFile => Path.Combine(_folder, "server.p12");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
