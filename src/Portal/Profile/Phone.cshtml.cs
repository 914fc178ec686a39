using Aupd.Kernel.Pages;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class PhonePage(ContactChangeParts parts, Language l) : NewContactPage(parts)
{
    [BindProperty] public string? Phone { get; set; }

    public override ContactPoint? Present => Account.Phone is { } phone ? new ContactPoint.ByPhone(phone) : null;
    protected override string Kind => ContactChangeState.PhoneKind;

    public async Task<IActionResult> OnPostAsync(CancellationToken ct) => await EnterAsync(ct) ?? await BeginAsync(nameof(Phone), ContactPoint.ReadPhone(Phone),
        l["Проверьте номер: в российском 11 цифр, номер другой страны начинается с +", "Check the number: a Russian one has 11 digits, one of another country begins with +"], ct);
}

[SignedIn]
internal sealed class PhoneCodePage(ContactChangeParts parts) : NewContactCodePage(parts)
{
    protected override string Kind => ContactChangeState.PhoneKind;
    protected override ProfileNotice Done => ProfileNotice.Phone;
}
