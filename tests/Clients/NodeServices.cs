using System.Security.Cryptography;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>docs/integrate/node/app.mjs as a running service: panva's openid-client, known by a secret.</summary>
public class NodeService(RegionRunning region) : IAsyncLifetime, IRunningExample
{
    private readonly string _folder = Example.NodeFolder();
    private OtherProgram? _app;

    public string Output => _app?.Output ?? "";
    public string Url { get; } = $"http://localhost:{ProgramProcess.FreePort()}";
    protected virtual string Registration => "node/client.json";

    public async Task InitializeAsync()
    {
        var client = await region.RegisterAsync(Registration, Url);
        var environment = new Dictionary<string, string>
            { ["ISSUER"] = region.Issuer, ["CLIENT_ID"] = client.ClientId, ["BASE_URL"] = Url, [ProofName] = Proof(_folder) };
        _app = new OtherProgram("node", [Path.Combine(_folder, "app.mjs")], environment);
        await _app.UntilItSaysAsync("Ready at");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected virtual string ProofName => "CLIENT_SECRET";
    protected virtual string Proof(string folder) => Example.Secret(Registration);
}

/// <summary>The same service, known by a key that it publishes itself; it pushes its requests.</summary>
public sealed class StrictNodeService(RegionRunning region) : NodeService(region)
{
    protected override string Registration => "node/client-strict.json";
    protected override string ProofName => "CLIENT_KEY_FILE";

    protected override string Proof(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(folder, "key.pem");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        return file;
    }
}

[Collection(Region.Name)]
public sealed class OpenidClientWithASecret(RegionRunning region, NodeService service) : ServiceOfTheRegion(region, service), IClassFixture<NodeService>;

[Collection(Region.Name)]
public sealed class OpenidClientWithAKeyAndPushedRequests(RegionRunning region, StrictNodeService service)
    : ServiceOfTheRegion(region, service), IClassFixture<StrictNodeService>;
