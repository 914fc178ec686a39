using Aupd.Kernel.Pages;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class EmailPage(ContactChangeParts parts, Language l) : NewContactPage(parts)
{
    [BindProperty] public string? Email { get; set; }

    public override ContactPoint? Present => Account.Email is { } email ? new ContactPoint.ByEmail(email) : null;
    protected override string Kind => ContactChangeState.EmailKind;

    public async Task<IActionResult> OnPostAsync(CancellationToken ct) => await EnterAsync(ct) ?? await BeginAsync(nameof(Email), ContactPoint.ReadEmail(Email),
        l["Проверьте адрес: он выглядит так — имя@почта.рф или name@mail.ru", "Check the address: it looks like name@mail.com"], ct);
}

[SignedIn]
internal sealed class EmailCodePage(ContactChangeParts parts) : NewContactCodePage(parts)
{
    protected override string Kind => ContactChangeState.EmailKind;
    protected override ProfileNotice Done => ProfileNotice.Email;
}
