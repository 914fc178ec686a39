using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <summary>Ties a question on a page of ours to the request it stands for, to the session it was put to and to its words. An answer that
/// comes from another session, or after something has changed, is no answer: the question is put anew.</summary>
internal sealed class QuestionSeal(Sealer sealer)
{
    /// <param name="request">Name of the waiting request.</param>
    /// <param name="about">What is asked for: client, scopes, terms.</param>
    public string For(string request, EndUserSession session, IReadOnlyList<string> about)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, sealer.Key("openid.question"));
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (IEnumerable<string>)[request, session.SessionId, session.Subject, session.Context ?? "", .. about])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Base64Url.EncodeToString(hash.GetHashAndReset());
    }

    public bool Fits(string? given, string request, EndUserSession session, IReadOnlyList<string> about) =>
        given is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(For(request, session, about)));
}
