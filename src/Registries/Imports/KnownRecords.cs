using Aupd.Registries.Files;
using Npgsql;

namespace Aupd.Registries.Imports;

/// <summary>What the database has, asked while rows of a file of changes are read: such rows may refer to what stands there already.
/// Synchronous, for the reader is; on a connection of its own, for the import's is busy with COPY.</summary>
internal sealed class KnownRecords(NpgsqlDataSource source) : IDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _organisation, _pupil;

    public KnownElsewhere Ask => new(
        id => Exists(_organisation ??= Prepare("select exists (select 1 from registries.organisation where nsi_id = @id)"), id),
        id => Exists(_pupil ??= Prepare("select exists (select 1 from registries.pupil_record where record_id = @id)"), id));

    private NpgsqlCommand Prepare(string sql)
    {
        _connection ??= source.OpenConnection();
        var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.Add("id", NpgsqlTypes.NpgsqlDbType.Text);
        return command;
    }

    private static bool Exists(NpgsqlCommand command, string id)
    {
        command.Parameters[0].Value = id;
        return (bool)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        _organisation?.Dispose();
        _pupil?.Dispose();
        _connection?.Dispose();
    }
}
