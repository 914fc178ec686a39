using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Doors;

/// <summary>The signing keys of this provider, one at work per algorithm; kept in the database, sealed, shared by all nodes. Made at
/// first need.</summary>
public interface ISigningKeys
{
    /// <summary>The key to sign with now. From memory, unless this node has just started.</summary>
    /// <exception cref="SigningKeyException">The keys cannot be opened: the master key is not the one they were sealed with.</exception>
    ValueTask<SigningKey> ActiveAsync(SignatureAlgorithm algorithm, CancellationToken ct);

    /// <summary>Every key whose tokens may be about: at work, published ahead of use, retired but not yet forgotten.</summary>
    ValueTask<PublishedKeys> PublicAsync(CancellationToken ct);

    /// <summary>Replaces the keys of every algorithm in use, or of one, and returns the new kids. The next key is published now and signs
    /// half a minute later, when every node shows it; the old one verifies until its last token has expired. With
    /// <paramref name="forgetOld"/> (it leaked) the old ones are withdrawn and the new one signs at once; tokens signed with an old one
    /// fail.</summary>
    Task<IReadOnlyList<string>> RotateAsync(SignatureAlgorithm? algorithm, bool forgetOld, CancellationToken ct);
}

/// <param name="Set">The keys of the document.</param>
/// <param name="Known">Those and retired ones that left the document less than 90 days ago: for <c>id_token_hint</c>, which may be
/// expired.</param>
/// <param name="Json">The JWKS document, UTF-8.</param>
/// <param name="ETag">Changes with the document; quoted.</param>
/// <param name="MaxAgeSeconds">How long a relying party may keep it: shorter than the time by which a new key is published ahead.</param>
public sealed record PublishedKeys(JwkSet Set, JwkSet Known, ReadOnlyMemory<byte> Json, string ETag, int MaxAgeSeconds);

/// <summary>The signing keys cannot be used; the message is for the administrator.</summary>
public sealed class SigningKeyException(string message, Exception? inner = null) : Exception(message, inner);
