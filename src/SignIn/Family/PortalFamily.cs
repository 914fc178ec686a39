using System.Globalization;
using System.Net;
using System.Text.Json;
using Aupd.Registries.Doors;
using Aupd.SignIn.Activation;

namespace Aupd.SignIn.Family;

internal abstract record PortalOrder
{
    private PortalOrder() { }
    /// <param name="Login">Null for an account without one: it signs in by phone or e-mail.</param>
    /// <param name="Password">Null once the child has replaced it, or a later order has.</param>
    internal sealed record Done(string Subject, string? Login, string? Password) : PortalOrder
    {
        public override string ToString() => $"order for {Subject}";
    }
    /// <summary>For good: <c>login_taken</c>, <c>record_taken</c>, <c>no_account</c>, <c>disabled</c>.</summary>
    internal sealed record Refused(string Why) : PortalOrder;
    /// <summary>Not reached, too busy, or without an answer that can be read: whether it was done is not known, and the same order may be asked again.</summary>
    internal sealed record NotNow : PortalOrder;
}

/// <summary>What the portal does for a family on the gateway's word.</summary>
internal sealed class PortalFamily(PortalApi portal)
{
    internal Task<PortalOrder> MakeAccountAsync(Guid order, string by, ChildRecord child, string login, CancellationToken ct)
    {
        var form = new Dictionary<string, string>
        {
            ["order"] = order.ToString(), ["by"] = by, ["record"] = child.ChildId, ["login"] = login,
            ["last_name"] = child.Name.Last, ["first_name"] = child.Name.First,
        };
        if (child.Name.Middle is { } middle) form["middle_name"] = middle;
        if (child.BirthDate is { } born) form["birth_date"] = born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return AskAsync("/api/child-account", form, ct);
    }

    internal Task<PortalOrder> SetFirstPasswordAsync(Guid order, string by, string subject, CancellationToken ct) =>
        AskAsync("/api/first-password", new() { ["order"] = order.ToString(), ["by"] = by, ["sub"] = subject }, ct);

    private async Task<PortalOrder> AskAsync(string path, Dictionary<string, string> form, CancellationToken ct)
    {
        try
        {
            using var answer = await portal.PostAsync(path, form, ct);
            if (answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound) return new PortalOrder.Refused(await PortalApi.ErrorAsync(answer, ct) ?? "refused");
            if (!answer.IsSuccessStatusCode) return new PortalOrder.NotNow();
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            var told = body.RootElement;
            return new PortalOrder.Done(told.GetProperty("sub").GetString()!, told.GetProperty("login").GetString(), told.GetProperty("password").GetString());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException
            || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new PortalOrder.NotNow();
        }
    }
}
