using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Aupd.Kernel.Jose;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Bench.Provider;

/// <summary>The limit that a grant is held against: a bare Kestrel endpoint that makes one prepared insert and one ES256 signature. A process
/// of its own: <c>bench bare CONNECTION-STRING PORT</c>.</summary>
internal static class BareEndpoint
{
    public const string MakeTable = "create schema if not exists bench; create table if not exists bench.bare (hash bytea primary key, at timestamptz not null)";

    public static async Task<int> RunAsync(string connectionString, int port)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 10, AutoPrepareMinUsages = 2, NoResetOnClose = true });
        var key = SigningKey.Generate(SignatureAlgorithm.Es256);
        var payload = RandomNumberGenerator.GetBytes(300);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.MapGet("/", () => "ready");
        app.MapPost("/", async (HttpContext http) =>
        {
            await using var command = source.CreateCommand("insert into bench.bare (hash, at) values ($1, $2)");
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = RandomNumberGenerator.GetBytes(32) });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = DateTimeOffset.UtcNow });
            await command.ExecuteNonQueryAsync();
            var token = Jws.Sign(key, "JWT", payload);
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync($"{{\"token\":\"{token}\"}}");
        });
        await app.RunAsync();
        return 0;
    }

    public static Task<int> RunAsync(string[] args) => RunAsync(args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
}
