using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Badges;

/// <summary>Acts with badges in words, for the child's history, for the teacher's and for the class's.</summary>
internal static class BadgeWords
{
    /// <summary>Those about one pupil's badge.</summary>
    internal static IReadOnlyList<string> OfBadge { get; } =
    [
        "signin.badge-issued", "signin.badge-voided", "signin.badge-unlocked", "signin.badge-locked", "signin.badge-used", "signin.badge-refused",
        "signin.badge-wrong-pictures", "signin.badge-code-made", "signin.badge-code-ended",
    ];

    internal static IReadOnlyList<string> Acts { get; } = [.. OfBadge, "signin.class-named", "signin.class-left"];

    /// <summary>Null for an act of another kind.</summary>
    internal static string? Of(string act, string? why, string? way, Language l) => Of(act, why, way) is { } words ? l[words.Russian, words.English] : null;

    /// <inheritdoc cref="Of(string, string?, string?, Language)"/>
    internal static (string Russian, string English)? Of(string act, string? why, string? way) => act switch
    {
        "signin.badge-issued" => ("Бейдж напечатан", "A badge was printed"),
        "signin.badge-voided" when why == "left" => ("Бейдж больше не действует: ученик выбыл", "The badge is no longer good: the pupil has left"),
        "signin.badge-voided" => ("Бейдж отключён учителем", "The teacher has voided the badge"),
        "signin.badge-unlocked" => ("Бейдж снова открыт учителем", "The teacher has unlocked the badge"),
        "signin.badge-locked" => ("Бейдж закрыт: много раз выбраны не те картинки", "The badge is locked: wrong pictures were chosen too often"),
        "signin.badge-used" when way == "code" => ("Вход по коду вместо бейджа", "Signed in with a code in the place of the badge"),
        "signin.badge-used" => ("Вход по бейджу", "Signed in with the badge"),
        "signin.badge-wrong-pictures" => ("Бейдж: выбраны не те картинки", "Badge: wrong pictures were chosen"),
        "signin.badge-refused" => Refused(why),
        "signin.badge-code-made" => ("Учитель дал код вместо бейджа", "The teacher has given a code in the place of the badge"),
        "signin.badge-code-ended" => ("Код вместо бейджа отменён", "The code in the place of the badge was ended"),
        "signin.class-named" => ("Вы отметили, что ведёте класс", "You said that you lead a class"),
        "signin.class-left" => ("Класс больше не ваш", "A class is no longer yours"),
        _ => null,
    };

    private static (string, string) Refused(string? why) => why switch
    {
        "voided" => ("По отключённому бейджу не впустили", "A voided badge was refused"),
        "expired" => ("По старому бейджу не впустили", "An expired badge was refused"),
        "locked" => ("По закрытому бейджу не впустили", "A locked badge was refused"),
        "code-over" => ("По старому коду вместо бейджа не впустили", "An expired code in the place of the badge was refused"),
        _ => ("По бейджу не впустили", "The badge was refused"),
    };
}
