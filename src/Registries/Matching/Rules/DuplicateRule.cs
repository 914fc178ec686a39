using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching.Rules;

/// <summary>The record belongs to another account, and this one looks like a second account of the same person.</summary>
internal static class DuplicateRule
{
    public static bool Applies(Comparison c, RegistryRole role) =>
        !(role == RegistryRole.Pupil && c.BirthDateContradicts)
        && !c.IsThePupilOfTheCard
        && (c.SnilsAgrees || c.NameAgrees && (c.IdentifierAgrees || c.BirthDateAgrees));
}
