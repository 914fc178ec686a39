namespace Aupd.SignIn.Doors;

/// <summary>Under which name a person is known in Teams. The module Workplace implements it.</summary>
public interface ITeamsNames
{
    /// <summary>The name that was issued there, by us or before us; null where none is known yet, or Teams is told nothing.</summary>
    ValueTask<string?> OfAsync(Guid profileId, string login, CancellationToken ct);
}
