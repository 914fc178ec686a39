using System.Security.Cryptography;
using Aupd.Kernel;
using Aupd.Kernel.Data;
using Aupd.Kernel.Http;
using Aupd.Kernel.Jose;
using Aupd.Kernel.Secrets;
using Aupd.Kernel.Settings;
using Npgsql;

namespace Aupd.Web.Sites;

/// <summary>What all sites of one process share: the settings, the database, the keys and the clock. Owns the private PostgreSQL
/// cluster, if there is one.</summary>
public sealed class SharedParts : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _postgres;

    private SharedParts(IConfiguration configuration, SiteSettings sites, NpgsqlConnectionStringBuilder connection, Sealer sealer, TimeProvider clock, EmbeddedPostgres? postgres)
    {
        (Configuration, Sites, Sealer, Clock, _postgres) = (configuration, sites, sealer, clock, postgres);
        (Source, Hot) = (NpgsqlDataSource.Create(connection), new HotPath(connection));
        Notifications = new Notifications(Source);
        Addresses = new SiteAddresses(sites.SchoolBase, sites.PortalBase, sites.DemoBase);
    }

    /// <summary>True when the private cluster belongs to another living process.</summary>
    public bool IsGuest => _postgres is { IsOwner: false };

    public IConfiguration Configuration { get; }
    public SiteSettings Sites { get; }
    public SiteAddresses Addresses { get; }
    public NpgsqlDataSource Source { get; }
    public HotPath Hot { get; }
    public Notifications Notifications { get; }
    public Sealer Sealer { get; }
    public TimeProvider Clock { get; }
    /// <summary>Makes the keys that tokens are signed with. Tests start a hundred providers and make their RSA keys once.</summary>
    public NewSigningKey NewKey { get; set; } = SigningKey.Generate;

    /// <summary>Every module's migrations, in the order in which modules refer to each other.</summary>
    public static IReadOnlyList<MigrationSet> Migrations { get; } =
    [
        KernelModule.Migrations, OpenId.OpenIdModule.Migrations, Portal.PortalModule.Migrations, Registries.RegistriesModule.Migrations,
        SignIn.SignInModule.Migrations, Workplace.WorkplaceModule.Migrations, Desk.DeskModule.Migrations, Demo.DemoModule.Migrations,
    ];

    /// <summary>Opens the database (starting the private cluster when no connection string is set) and brings it to this program's state.</summary>
    public static async Task<SharedParts> OpenAsync(IConfiguration configuration, TimeProvider? clock = null, CancellationToken ct = default)
    {
        var sites = SettingsModule.Read<SiteSettings>(configuration, SiteSettings.Section);
        var database = SettingsModule.Read<DatabaseSettings>(configuration, DatabaseSettings.Section);
        var secrets = SettingsModule.Read<SecretSettings>(configuration, SecretSettings.Section);
        var postgres = database.ConnectionString.Length > 0 ? null : await EmbeddedPostgres.StartAsync(database.Folder, ct: ct);
        var connection = Connection(postgres?.ConnectionString ?? database.ConnectionString, database);
        var shared = new SharedParts(configuration, sites, connection, new Sealer(MasterKey(secrets, database)), clock ?? TimeProvider.System, postgres);
        await MigrationRunner.RunAsync(shared.Source, Migrations, ct);
        return shared;
    }

    /// <summary>Registers the shared parts in one site's or the worker's services.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton(Source).AddSingleton(Hot).AddSingleton(Notifications).AddSingleton(Sealer).AddSingleton(Clock).AddSingleton(Addresses).AddSingleton(NewKey);
        services.AddSettings<Aupd.Kernel.Pages.RegionSettings>(Configuration, Aupd.Kernel.Pages.RegionSettings.Section);
        services.AddSettings<PlacesSettings>(Configuration, PlacesSettings.Section);
        services.AddKernel();
    }

    public async ValueTask DisposeAsync()
    {
        await Notifications.DisposeAsync();
        await Hot.DisposeAsync();
        await Source.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private static NpgsqlConnectionStringBuilder Connection(string connectionString, DatabaseSettings database)
    {
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = database.MaxConnections, MaxAutoPrepare = 200, AutoPrepareMinUsages = 2,
            // Nobody leaves state on a connection: settings and tables are of a transaction, whoever listens or takes a lock ends that. So
            // nothing is reset between two users of one, which would cost as much as half a statement each time.
            NoResetOnClose = true,
        };
    }

    private static byte[] MasterKey(SecretSettings secrets, DatabaseSettings database)
    {
        if (secrets.MasterKey.Length > 0) return Decode(secrets.MasterKey, "Secrets:MasterKey");
        if (database.ConnectionString.Length > 0)
            throw new SettingsException("Setting Secrets:MasterKey is empty, but with Database:ConnectionString every node needs the same one: 32 bytes in base64.");
        var path = Path.Combine(database.Folder, "master.key");
        if (!File.Exists(path)) MakeKey(path);
        return Decode(File.ReadAllText(path).Trim(), path);
    }

    // Under another name first: a program killed while it writes must not leave half a key under this one.
    private static void MakeKey(string path)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Sealer.MasterKeyLength))));
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: false);
    }

    private static byte[] Decode(string text, string where)
    {
        var key = new byte[Sealer.MasterKeyLength];
        return Convert.TryFromBase64String(text, key, out var length) && length == key.Length ? key
            : throw new SettingsException($"{where} does not hold 32 bytes in base64.");
    }
}
