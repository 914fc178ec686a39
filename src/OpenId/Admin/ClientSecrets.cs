using System.Diagnostics;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Admin;

/// <summary>How a secret is changed, by command and by program alike.</summary>
internal sealed class ClientSecrets(StoredClients clients) : IClientSecrets
{
    /// <summary>Acts, for the audit trail.</summary>
    public const string Rotate = "openid.client-secret-rotated", Retire = "openid.client-secret-retired";
    private const string Command = "command";

    public Task<ChangeSecretOutcome> AddAsync(string clientId, CancellationToken ct) => RunAsync(clientId, Rotate, c => Rotated(c, only: false), ct);

    public Task<ChangeSecretOutcome> RetireAsync(string clientId, CancellationToken ct) => RunAsync(clientId, Retire, Retired, ct);

    /// <summary>A new secret beside the latest one, or alone.</summary>
    public static StoredClients.Wish Rotated(StoredClient? before, bool only)
    {
        if (before is null) return Otherwise(new ChangeClientOutcome.NoSuchClient());
        if (before.Client.SecretHashes is not [.., var last]) return Otherwise(new ChangeClientOutcome.NoSecret());
        var secret = ClientDraft.NewSecret();
        return new StoredClients.Wish(before.Client with
        {
            SecretHashes = only ? [ClientJson.Hash(secret)] : [last, ClientJson.Hash(secret)],
        }, secret);
    }

    /// <summary>The latest secret alone.</summary>
    public static StoredClients.Wish Retired(StoredClient? before) => before?.Client.SecretHashes switch
    {
        null => Otherwise(new ChangeClientOutcome.NoSuchClient()),
        [] => Otherwise(new ChangeClientOutcome.NoSecret()),
        [_] => Otherwise(new ChangeClientOutcome.NoOldSecret()),
        [.., var last] => new StoredClients.Wish(before.Client with { SecretHashes = [last] }),
    };

    private async Task<ChangeSecretOutcome> RunAsync(string clientId, string act, Func<StoredClient?, StoredClients.Wish> change, CancellationToken ct) =>
        await clients.ChangeAsync(Command, clientId, act, Precondition.Waived, change, ct, by: Command) switch
        {
            ChangeClientOutcome.Saved { Secret: { } secret } => new ChangeSecretOutcome.Added(secret),
            ChangeClientOutcome.Saved => new ChangeSecretOutcome.Retired(),
            ChangeClientOutcome.NoOldSecret => new ChangeSecretOutcome.NoOldSecret(),
            ChangeClientOutcome.NoSuchClient => new ChangeSecretOutcome.NoSuchClient(),
            ChangeClientOutcome.OfTheFile => new ChangeSecretOutcome.OfTheFile(),
            ChangeClientOutcome.NoSecret => new ChangeSecretOutcome.NoSecret(),
            _ => throw new UnreachableException(),
        };

    private static StoredClients.Wish Otherwise(ChangeClientOutcome outcome) => new(null) { Otherwise = outcome };
}
