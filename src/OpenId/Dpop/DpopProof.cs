namespace Aupd.OpenId.Dpop;

/// <summary>A proof that the caller holds a key, good in itself; it is used up by the statement that acts on it.</summary>
/// <param name="Thumbprint">Of the key (RFC 7638): <c>jkt</c>.</param>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="GoodUntil">From when on it is refused for its age.</param>
internal sealed record DpopProof(string Thumbprint, string Id, DateTimeOffset GoodUntil);

internal abstract record ReadProofOutcome
{
    private ReadProofOutcome() { }
    /// <summary>There is no DPoP header.</summary>
    internal sealed record None : ReadProofOutcome;
    internal sealed record Read(DpopProof Proof) : ReadProofOutcome;
    internal sealed record Refused(OAuthError Error) : ReadProofOutcome;

    public static readonly None Nothing = new();
}
