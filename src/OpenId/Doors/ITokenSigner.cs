using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Doors;

/// <summary>Signs what other modules send in this provider's name: security event tokens, logout tokens.</summary>
public interface ITokenSigner
{
    /// <param name="typ">Goes into the header: <c>secevent+jwt</c>; null: none.</param>
    /// <param name="payload">The claims, as JSON in UTF-8.</param>
    ValueTask<string> SignAsync(SignatureAlgorithm algorithm, string? typ, ReadOnlyMemory<byte> payload, CancellationToken ct);
}
