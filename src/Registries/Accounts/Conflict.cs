using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>Faults by which PostgreSQL says "two met here, let one try again".</summary>
internal static class Conflict
{
    public static bool Is(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure;
}
