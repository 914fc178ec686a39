using Aupd.Kernel.People;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Tests;

/// <summary>People's roles as the registries would give them.</summary>
internal static class Roles
{
    internal static Organisation School(string nsiId = "4185", bool activation = true) => new(nsiId, "12852", $"ГБОУ Школа № {nsiId}", null, "zao", true, activation);

    internal static HeldRole.Staff Staff(string id = "s1", bool activation = true, string? login = null, bool teacher = true, string nsiId = "4185") =>
        new(id, School(nsiId, activation), "Учитель", teacher, login);

    internal static HeldRole.Pupil Pupil(string id = "p1", bool activation = true, string? login = null) => new(id, School(activation: activation), "5А", login);

    internal static HeldRole.Guardian Guardian() =>
        new([new Child("p2", "g1", PersonName.TryCreate("Иванова", "Анна", null)!, School(), "1Б")]);
}
