using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Looks at the directory's certificate before anything is said to it: signed by an authority of our file and no other, for the name we
/// call, in force. libldap would tell a wrong one as "unavailable", and believe the machine's authorities as well.</summary>
internal static class ServerCheck
{
    /// <exception cref="DirectoryAwayException">Nobody answers, or the certificate is not to be believed; the message says which and why.</exception>
    public static void Run(DirectorySettings settings)
    {
        var authorities = Authorities(settings.CaFile);
        string? fault = null;
        try
        {
            using var tcp = new TcpClient();
            if (!tcp.ConnectAsync(settings.Server, settings.Port).Wait(TimeSpan.FromSeconds(settings.TimeoutSeconds)))
                throw new DirectoryAwayException($"{settings.Server}:{settings.Port} does not answer.");
            tcp.ReceiveTimeout = tcp.SendTimeout = settings.TimeoutSeconds * 1000;
            using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false);
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = settings.Server,
                CertificateChainPolicy = Policy(authorities),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (fault = Fault(settings, certificate, chain, errors)) is null,
            });
        }
        catch (AuthenticationException e) { throw new DirectoryAwayException(fault ?? $"{settings.Server}:{settings.Port} does not speak TLS: {e.Message}", e); }
        catch (Exception e) when (e is SocketException or IOException or AggregateException)
        {
            throw new DirectoryAwayException($"{settings.Server}:{settings.Port} cannot be reached: {e.GetBaseException().Message}", e);
        }
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var found = new X509Certificate2Collection();
        try { found.ImportFromPemFile(file); }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DirectoryAwayException($"Workplace:Directory:CaFile {file} cannot be read: {e.Message}", e);
        }
        return found.Count > 0 ? found : throw new DirectoryAwayException($"Workplace:Directory:CaFile {file} holds no certificate.");
    }

    private static string? Fault(DirectorySettings settings, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return null;
        var whose = $"The certificate of {settings.Server}:{settings.Port} ({certificate?.Subject}, signed by {certificate?.Issuer}) is not believed: ";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return whose + $"it is not for the name {settings.Server}.";
        var states = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status) ?? X509ChainStatusFlags.NoError;
        if (states.HasFlag(X509ChainStatusFlags.NotTimeValid)) return whose + "it has expired or is not valid yet.";
        return whose + $"no authority of {settings.CaFile} has signed it.";
    }
}
