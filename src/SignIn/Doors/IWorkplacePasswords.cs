using Npgsql;

namespace Aupd.SignIn.Doors;

/// <summary>Where the gateway leaves the portal's passwords for classroom computers and networks of the schools. The module Workplace
/// implements it.</summary>
public interface IWorkplacePasswords
{
    /// <summary>Encrypts a password that the portal has just confirmed, so that only the worker can read it. Null where there is no directory.</summary>
    Task<string?> SealAsync(string subject, string password, CancellationToken ct);

    /// <summary>Keeps an encrypted password for the worker, in the caller's transaction, in the place of any older one of the person. Nobody must be
    /// activated yet: it waits for the account.</summary>
    /// <param name="source">What brought it; told twice, it is kept once.</param>
    /// <returns>False when a newer one of the portal's is known: then nothing was kept.</returns>
    Task<bool> KeepAsync(NpgsqlConnection connection, Guid profileId, string message, PortalPassword which, string source, CancellationToken ct);

    /// <summary>Why the person's password does not open classroom computers; null where nothing is known against it. One round trip.</summary>
    Task<PasswordTrouble?> TroubleAsync(Guid profileId, CancellationToken ct);
}

/// <summary>Which of a person's passwords at the portal it is: they overtake each other on the way.</summary>
/// <param name="Version">Of the account at the portal; rises with every password. Null: the portal tells none.</param>
/// <param name="At">Before the portal was asked, or when the password was changed there.</param>
public readonly record struct PortalPassword(long? Version, DateTimeOffset At);

/// <param name="Word"><c>too-short</c> (shorter than <paramref name="Number"/> characters), <c>too-plain</c> (fewer than three kinds of characters),
/// <c>has-name</c>, <c>by-rule</c>, or <c>missing</c> (none has come yet).</param>
public sealed record PasswordTrouble(string Word, int? Number);
