using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aupd.Kernel.Http;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Aupd.OpenId.Admin;

/// <summary><c>/admin/clients</c>: the clients of this provider, for programs that administer them. See docs/openid.md.</summary>
internal sealed partial class ClientsApi(
    Administrator administrator, StoredClients clients, SiteAddresses addresses, ProviderIdentity provider, ILogger<ClientsApi> log)
{
    public const string Path = "/admin/clients", OnePath = Path + "/{id}", SecretPath = OnePath + "/secret";
    private const int MaxBodyBytes = 64 * 1024;

    public Task ListAsync(HttpContext http) => AsAsync(http, async (caller, ct) =>
        await Answers.JsonAsync(http, StatusCodes.Status200OK,
            new { clients = (await clients.AllAsync(caller.ClientId, ct)).Select(c => Body(c, null)) }, ct));

    public Task ReadAsync(HttpContext http) => AsAsync(http, async (caller, ct) =>
    {
        if (IdOf(http) is not { } id || await clients.FindAsync(caller.ClientId, id, ct) is not { } found)
        {
            await AnswerAsync(http, new ChangeClientOutcome.NoSuchClient());
            return;
        }
        http.Response.Headers.ETag = found.ETag;
        await Answers.JsonAsync(http, StatusCodes.Status200OK, Body(found, null), ct);
    });

    public Task PutAsync(HttpContext http) => AsAsync(http, async (caller, ct) =>
    {
        if (IdOf(http) is not { } id)
        {
            await AnswerAsync(http, new ChangeClientOutcome.Refused(["clientId must be 1 to 100 of the characters A-Z a-z 0-9 . _ -"]));
            return;
        }
        var (draft, error) = await DraftAsync(http, ct);
        if (error is not null) { await Answers.ErrorAsync(http, error, ct); return; }
        await AnswerAsync(http, await clients.ChangeAsync(caller.ClientId, id, "openid.client-registered", PreconditionOf(http),
            before => ClientDraft.Complete(draft!, id, before, addresses), ct));
    });

    public Task DeleteAsync(HttpContext http) => AsAsync(http, async (caller, ct) =>
        await AnswerAsync(http, IdOf(http) is not { } id ? new ChangeClientOutcome.NoSuchClient()
            : await clients.RemoveAsync(caller.ClientId, id, PreconditionOf(http), ct)));

    /// <summary>A new secret. The one before it stays good until it is retired or the next one comes, so that a client can be changed without a
    /// gap; <c>?only=true</c> ends it at once.</summary>
    public Task RotateAsync(HttpContext http)
    {
        var only = RequestParameters.FromQuery(http.Request)["only"] == "true";
        return ChangeSecretAsync(http, ClientSecrets.Rotate, before => ClientSecrets.Rotated(before, only));
    }

    /// <summary>Ends all secrets but the latest.</summary>
    public Task RetireAsync(HttpContext http) => ChangeSecretAsync(http, ClientSecrets.Retire, ClientSecrets.Retired);

    private Task ChangeSecretAsync(HttpContext http, string act, Func<StoredClient?, StoredClients.Wish> change) => AsAsync(http, async (caller, ct) =>
    {
        var given = PreconditionOf(http);
        await AnswerAsync(http, IdOf(http) is not { } id ? new ChangeClientOutcome.NoSuchClient()
            : await clients.ChangeAsync(caller.ClientId, id, act, given.IsGiven ? given : Precondition.Waived, change, ct));
    });

    private async Task AsAsync(HttpContext http, Func<OpenIdClient, CancellationToken, Task> run)
    {
        var (caller, error) = await administrator.RunAsync(http);
        if (error is null) { await run(caller!, http.RequestAborted); return; }
        Refused(log, provider.Name, error.Code, error.Detail);
        // RFC 6750 §3.
        http.Response.Headers.WWWAuthenticate =
            $"Bearer realm=\"{provider.Issuer}\", error=\"{error.Code}\", error_description=\"{error.Description}\", scope=\"{Administrator.Scope}\"";
        await Answers.ErrorAsync(http, error, http.RequestAborted);
    }

    private static Task AnswerAsync(HttpContext http, ChangeClientOutcome outcome)
    {
        switch (outcome)
        {
            case ChangeClientOutcome.Saved saved:
                http.Response.Headers.ETag = saved.Client.ETag;
                return Answers.JsonAsync(http, saved.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK,
                    Body(saved.Client, saved.Secret), http.RequestAborted);
            case ChangeClientOutcome.Removed:
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            case ChangeClientOutcome.NoSuchClient: return ErrorAsync(404, "not_found", "There is no client of this id.");
            case ChangeClientOutcome.Stale:
                return ErrorAsync(412, "precondition_failed", "The client was changed since you read it: read it again.");
            case ChangeClientOutcome.Unconditional:
                return ErrorAsync(428, "precondition_required", "If-Match must hold the ETag of the registration that you have read.");
            case ChangeClientOutcome.OfTheFile:
                return ErrorAsync(409, "in_file", "This client stands in the clients' file, which would undo the change: change it there.");
            case ChangeClientOutcome.NoSecret: return ErrorAsync(409, "no_secret", "This client does not prove itself by a secret.");
            case ChangeClientOutcome.NoOldSecret: return ErrorAsync(409, "no_old_secret", "This client has one secret: add the new one first.");
            // RFC 7591 §3.2.2.
            case ChangeClientOutcome.Refused refused: return ErrorAsync(400, "invalid_client_metadata", string.Join(' ', refused.Faults), refused.Faults);
            default: throw new System.Diagnostics.UnreachableException();
        }

        Task ErrorAsync(int status, string code, string description, IReadOnlyList<string>? faults = null) =>
            Answers.JsonAsync(http, status, new { error = code, error_description = description, faults = faults ?? [] }, http.RequestAborted);
    }

    // Secrets are not among it, nor their hashes.
    private static JsonObject Body(StoredClient stored, string? secret)
    {
        var definition = JsonNode.Parse(ClientJson.Write(stored.Client))!.AsObject();
        definition.Remove("secretHashes");
        var body = new JsonObject
        {
            ["client"] = definition, ["secrets"] = stored.Client.SecretHashes.Count, ["source"] = stored.Source,
            ["changedAt"] = stored.ChangedAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), ["etag"] = stored.ETag,
        };
        if (secret is not null) body["secret"] = secret;
        return body;
    }

    private static async Task<(JsonObject? Draft, OAuthError? Error)> DraftAsync(HttpContext http, CancellationToken ct)
    {
        if ((http.Request.ContentType ?? "").Split(';')[0].Trim() is var type && !type.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return (null, OAuthError.InvalidRequest("The content type must be application/json.") with { Status = StatusCodes.Status415UnsupportedMediaType });
        var buffer = new byte[MaxBodyBytes + 1];
        int length;
        try { length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct); }
        catch (BadHttpRequestException e) { return (null, OAuthError.InvalidRequest("The body cannot be read.") with { Status = e.StatusCode }); }
        if (length > MaxBodyBytes)
            return (null, OAuthError.InvalidRequest($"The body is larger than {MaxBodyBytes / 1024} KiB.") with { Status = StatusCodes.Status413PayloadTooLarge });
        return ClientDraft.Parse(buffer.AsMemory(0, length)) is { } draft ? (draft, null)
            : (null, OAuthError.InvalidRequest("The body must be one JSON object in UTF-8, without a member twice and without U+0000."));
    }

    private static string? IdOf(HttpContext http) => http.Request.RouteValues["id"] is string id && ClientId().IsMatch(id) ? id : null;

    private static Precondition PreconditionOf(HttpContext http) =>
        new(Tags(http.Request.Headers.IfMatch), Tags(http.Request.Headers.IfNoneMatch).Contains("*"));

    private static string[] Tags(StringValues header) =>
        [.. header.SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z")] private static partial Regex ClientId();

    [LoggerMessage(EventId = 2901, Level = LogLevel.Warning, Message = "{Provider}: administration of clients refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string error, string detail);
}
