using Aupd.Kernel.Pages;
using Aupd.Kernel.People;

namespace Aupd.Portal.Entries;

/// <summary>A СНИЛС as it is typed, with each way to be wrong explained.</summary>
internal static class SnilsEntry
{
    private const int Longest = 40;

    /// <summary>The number; or null and what is wrong; or null and null where nothing is written.</summary>
    public static (Snils? Snils, string? Error) Read(string? text, Language l)
    {
        if (string.IsNullOrWhiteSpace(text)) return (null, null);
        if (text.Length > Longest || text.Any(char.IsControl) || text.Any(char.IsLetter))
            return (null, l["СНИЛС состоит только из цифр: 11 цифр с карточки", "A SNILS is made of digits only: the 11 digits on the card"]);
        return Snils.Read(text) switch
        {
            SnilsReading.Valid valid => (valid.Value, null),
            SnilsReading.WrongLength length => (null, l[
                $"В СНИЛС 11 цифр, а здесь {length.Found}: проверьте, не {(length.Found < 11 ? "пропущена ли цифра" : "набрана ли лишняя")}",
                $"A SNILS has 11 digits, but here are {length.Found}: check whether one is {(length.Found < 11 ? "missing" : "too many")}"]),
            SnilsReading.WrongChecksum => (null, l[
                "Контрольное число не сходится: проверьте последние две цифры, потом остальные",
                "The check number does not fit: check the last two digits, then the others"]),
            _ => (null, l["Это не номер СНИЛС: перепишите 11 цифр с карточки", "This is not a SNILS: copy the 11 digits from the card"]),
        };
    }
}
