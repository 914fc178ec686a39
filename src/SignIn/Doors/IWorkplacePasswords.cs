using Npgsql;

namespace Aupd.SignIn.Doors;

/// <summary>Where the gateway leaves the portal's passwords for classroom computers and networks of the schools. The module Workplace
/// implements it.</summary>
public interface IWorkplacePasswords
{
    /// <summary>Encrypts a password that the portal has just confirmed, so that only the worker can read it. Null where there is no directory.</summary>
    Task<string?> SealAsync(string subject, string password, CancellationToken ct);

    /// <summary>Keeps an encrypted password for the worker, in the caller's transaction, in the place of any older one of the person.</summary>
    /// <param name="source">What brought it; told twice, it is kept once.</param>
    Task KeepAsync(NpgsqlConnection connection, Guid profileId, string message, string source, CancellationToken ct);

    /// <summary>Why the person's password does not open classroom computers; null where nothing is known against it. One round trip.</summary>
    Task<PasswordTrouble?> TroubleAsync(Guid profileId, CancellationToken ct);
}

/// <param name="Word"><c>too-short</c> (shorter than <paramref name="Number"/> characters), <c>too-plain</c> (fewer than three kinds of characters),
/// <c>has-name</c>, <c>by-rule</c>, or <c>missing</c> (none has come yet).</param>
public sealed record PasswordTrouble(string Word, int? Number);
