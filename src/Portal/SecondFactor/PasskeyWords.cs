using Aupd.Kernel.Pages;

namespace Aupd.Portal.SecondFactor;

/// <summary>Which page asks for a passkey.</summary>
internal enum PasskeyPlace { SignIn, Step, New }

internal static class PasskeyWords
{
    public static string Of(PasskeyProof why, Language l) => why switch
    {
        PasskeyProof.Stale => l["Страница была открыта слишком долго. Попробуйте ещё раз", "The page was open for too long. Try again"],
        PasskeyProof.Copied => l["Этим ключом доступа войти нельзя: похоже, у него есть копия. Войдите другим способом, удалите ключ и создайте новый",
            "This passkey cannot be used: there seems to be a copy of it. Use another way, remove the passkey and make a new one"],
        _ => l["Этот ключ доступа не подошёл: возможно, его удалили из профиля. Войдите другим способом",
            "This passkey does not fit: perhaps it was removed from the profile. Use another way"],
    };
}
