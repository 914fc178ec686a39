using Microsoft.Extensions.Hosting;

namespace Aupd.OpenId.Keys;

/// <summary>Opens the keys that there are at start, so that a wrong master key stops the program with a sentence and does not wait for the
/// first person to sign in. Makes none.</summary>
internal sealed class KeysCheck(SigningKeyStore store, TimeProvider clock) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.ReadAsync(null, clock.GetUtcNow(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
