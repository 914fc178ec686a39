using Aupd.Kernel.Data;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Dapper;

namespace Aupd.SignIn.Provider;

/// <summary>What a service asked for, while the person goes through our pages.</summary>
internal sealed record PendingRequest
{
    public string RequestId { get; init; } = "";
    public string ClientId { get; init; } = "";
    public string ClientName { get; init; } = "";
    public string? ClientNameEnglish { get; init; }
    public string[] ClientRoles { get; init; } = [];
    public string ResumeUrl { get; init; } = "";
    public DateTimeOffset? AuthenticatedAfter { get; init; }
    public bool SelectAsked { get; init; }
    /// <summary>A phone, an e-mail or a login: sealed in the table.</summary>
    public string? LoginHint { get; init; }
    public byte[]? LoginHintSealed { get; init; }
    public string? SubjectHint { get; init; }
    public string? ChosenRole { get; init; }
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>Made by the question of a phone that lets another screen in, not by a service for this browser.</summary>
    internal bool IsForAnotherScreen => RequestId.StartsWith(ScreenPrefix, StringComparison.Ordinal);
    internal const string ScreenPrefix = "screen-";

    internal RequestFacts ToFacts() => new(ClientRoles, AskedAt, AuthenticatedAfter, SelectAsked, SubjectHint, ChosenRole) { ClientId = ClientId };
}

/// <summary>Keeps pending requests; any node can go on with one.</summary>
internal sealed class RequestStore(HotPath hot, Sealer sealer, TimeProvider clock)
{
    // Longer than a registration at the portal may take.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);
    private const int LongestId = 200;
    private const string HintPurpose = "signin/login-hint";

    private const string AddSql = """
        insert into signin.request (request_id, client_id, client_name, client_name_english, client_roles, resume_url, authenticated_after, select_asked,
               login_hint_sealed, subject_hint, asked_at, expires_at)
        values (@RequestId, @ClientId, @ClientName, @ClientNameEnglish, @ClientRoles, @ResumeUrl, @AuthenticatedAfter, @SelectAsked,
               @hint, @SubjectHint, @AskedAt, @expires)
        on conflict (request_id) do nothing
        """;

    private const string FindSql = """
        select request_id, client_id, client_name, client_name_english, client_roles, resume_url, authenticated_after, select_asked, login_hint_sealed,
               subject_hint, chosen_role, asked_at
          from signin.request where request_id = @requestId and expires_at > @now
        """;

    internal PendingRequest FromAsk(AuthorizationAsk ask) => new()
    {
        RequestId = ask.RequestId, ClientId = ask.Client.ClientId, ClientName = ask.Client.Name, ClientNameEnglish = ask.Client.NameEnglish,
        ClientRoles = [.. ask.Client.Roles], ResumeUrl = ask.ResumeUrl, AuthenticatedAfter = ask.AuthenticatedAfter, SelectAsked = ask.SelectAsked,
        LoginHint = Storable(ask.LoginHint), SubjectHint = Storable(ask.SubjectHint), AskedAt = clock.GetUtcNow(),
    };

    internal async Task AddAsync(PendingRequest request, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(AddSql, new
        {
            request.RequestId, request.ClientId, request.ClientName, request.ClientNameEnglish, request.ClientRoles, request.ResumeUrl,
            request.AuthenticatedAfter, request.SelectAsked, hint = sealer.SealText(HintPurpose, request.LoginHint), request.SubjectHint, request.AskedAt, expires = request.AskedAt + Lifetime,
        }, cancellationToken: ct));
    }

    /// <summary>Null for none, one that has run out, and text that cannot be an id.</summary>
    internal async Task<PendingRequest?> FindAsync(string? requestId, CancellationToken ct)
    {
        if (requestId is not { Length: > 0 and <= LongestId } || requestId.Contains('\0', StringComparison.Ordinal)) return null;
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var found = await connection.QuerySingleOrDefaultAsync<PendingRequest>(new CommandDefinition(FindSql, new { requestId, now = clock.GetUtcNow() }, cancellationToken: ct));
        return found is null ? null : found with { LoginHint = sealer.OpenText(HintPurpose, found.LoginHintSealed) };
    }

    internal async Task ChooseRoleAsync(string requestId, string role, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("update signin.request set chosen_role = @role where request_id = @requestId",
            new { requestId, role }, cancellationToken: ct));
    }

    // PostgreSQL text takes no U+0000, and a hint is only a hint.
    private static string? Storable(string? hint) => hint is { Length: <= 1000 } && !hint.Contains('\0', StringComparison.Ordinal) ? hint : null;
}
