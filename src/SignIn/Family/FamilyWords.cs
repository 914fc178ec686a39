using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Family;

/// <summary>What happened in a family, in the history of whoever did it and of whom it concerns.</summary>
internal static class FamilyWords
{
    /// <param name="isMine">For the one who did it.</param>
    internal static string Of(KeptAuditLine line, Language l, bool isMine) => line.Act switch
    {
        "signin.child-account-made" when isMine => l["Создан аккаунт ребёнка", "Made a child’s account"],
        "signin.child-account-made" => l["Аккаунт создан родителем", "The account was made by a parent"],
        "signin.child-password-reset" when isMine => l["Ребёнку выдан новый первый пароль", "Gave a child a new first password"],
        "signin.child-password-reset" => l["Родитель выдал новый первый пароль", "A parent gave a new first password"],
        "signin.trusted-named" when isMine => l["Назван доверенный человек ребёнка", "Named a child’s trusted person"],
        "signin.trusted-named" => l["Родитель назвал доверенного человека", "A parent named a trusted person"],
        "signin.trusted-revoked" when isMine => l["Доверенный человек ребёнка отменён", "Revoked a child’s trusted person"],
        "signin.trusted-revoked" => l["Родитель больше не доверяет вам ребёнка в сервисах", "A parent no longer trusts you with the child in the services"],
        _ => line.Act,
    };
}
