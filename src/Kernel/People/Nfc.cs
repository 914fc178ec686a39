using System.Text;

namespace Aupd.Kernel.People;

/// <summary>Normalization Form C (UAX 15) of any text. The platform refuses U+FFFE, which Unicode leaves as it is: it composes with
/// nothing, so what stands on either side of it is normalised by itself.</summary>
public static class Nfc
{
    private const char Refused = '\uFFFE';

    /// <param name="text">Without half a surrogate pair.</param>
    /// <exception cref="ArgumentException">There is one.</exception>
    public static string Of(string text) => text.Contains(Refused)
        ? string.Join(Refused, text.Split(Refused).Select(part => part.Normalize(NormalizationForm.FormC)))
        : text.Normalize(NormalizationForm.FormC);
}
