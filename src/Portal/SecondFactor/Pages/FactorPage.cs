using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Profile;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>What the pages that add and remove factors share: whoever finds a browser signed in must not be able to put his own passkey on the account,
/// so that they open only shortly after a proof of identity.</summary>
internal abstract class FactorPage(AccountStore accounts, SecondFactorSettings settings, TimeProvider clock) : ProfilePage(accounts)
{
    /// <summary>Where an administrator was going when a second factor was asked of him; a local path.</summary>
    [BindProperty(SupportsGet = true, Name = "return")] public string? Return { get; set; }

    /// <summary>An address of this slice, on which <see cref="Return"/> is carried along.</summary>
    public string With(string url) => LocalUrl.Check(Return) is not { } back ? url
        : url + (url.Contains('?') ? "&" + new QueryBuilder { { "return", back } }.ToString()[1..] : new QueryBuilder { { "return", back } }.ToString());

    /// <summary>Null when the page may be shown; else the way to the page that asks for a proof, and back.</summary>
    protected async Task<IActionResult?> EnterFreshAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        return IsFresh ? null : this.SeeOther("/profile/second-step/prove" + new QueryBuilder { { "back", Request.Path + Request.QueryString } });
    }

    protected bool IsFresh
    {
        get
        {
            var proved = Session.ProvedAt > Session.AuthenticatedAt ? Session.ProvedAt.Value : Session.AuthenticatedAt;
            return clock.GetUtcNow() - proved < settings.Fresh;
        }
    }
}

/// <summary>What has just been done; a word of the page's query.</summary>
internal enum FactorNotice { None, App, AppRemoved, Passkey, PasskeyRemoved, PasskeyRenamed, Kept, Cancelled }
