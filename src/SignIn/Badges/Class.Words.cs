namespace Aupd.SignIn.Badges;

internal sealed partial class ClassModel
{
    /// <summary>The pupil's badge in two or three words.</summary>
    internal string Standing(PupilBadge pupil) => pupil.Standing switch
    {
        BadgeStanding.NoAccount => l["ещё не входил", "has not signed in yet"],
        BadgeStanding.NotActivated => l["аккаунт не активирован", "account not activated"],
        BadgeStanding.Closed => l["доступ закрыт", "access closed"],
        BadgeStanding.Good => l[$"бейдж до {Day(pupil.Row!.ExpiresAt!.Value)}", $"badge until {Day(pupil.Row!.ExpiresAt!.Value)}"],
        BadgeStanding.Locked => l["бейдж закрыт", "badge locked"],
        BadgeStanding.Void => l["бейдж отключён", "badge voided"],
        BadgeStanding.Expired => l["бейдж закончился", "badge expired"],
        _ => l["бейджа нет", "no badge"],
    };

    /// <summary>What to do before a badge can be made or used; null: nothing.</summary>
    internal string? Advice(PupilBadge pupil) => pupil.Standing switch
    {
        BadgeStanding.NoAccount => l["Пусть один раз войдёт с логином и паролем. Учётной записи нет — её заводят родители, в своём кабинете.",
            "Let the child sign in once with login and password. If there is no account, the parents make one in their cabinet."],
        BadgeStanding.NotActivated => l["Пусть один раз войдёт с логином и паролем и активирует аккаунт, вместе со взрослым. Бейдж этого не может.",
            "Let the child sign in once with login and password, and activate the account with a grown-up. A badge cannot do that."],
        BadgeStanding.Closed => l["Доступ отключил администратор. Почему, скажут в школе или в поддержке.", "An administrator has switched the access off. The school or support can say why."],
        BadgeStanding.Locked => l[$"Не те картинки выбраны {settings.Badges.WrongPictures} раз подряд. Если ребёнок просто забыл картинки, сделайте новый бейдж: картинки на листе не повторяются.",
            $"Wrong pictures were chosen {settings.Badges.WrongPictures} times in a row. If the child has forgotten the pictures, make a new badge: pictures are printed once."],
        _ => null,
    };

    internal string Time(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("H:mm", l.Culture);
}
