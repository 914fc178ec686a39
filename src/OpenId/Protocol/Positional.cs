using Npgsql;

namespace Aupd.OpenId.Protocol;

/// <summary>Positional parameters ($1, $2, …) for the statements of the hot path: sent as they are, typed, in order.</summary>
internal static class Positional
{
    public static NpgsqlCommand Add<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand Add<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>One array of what each has.</summary>
    public static NpgsqlCommand Add<TRow, T>(this NpgsqlCommand command, IReadOnlyList<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return command.Add(values);
    }

    public static NpgsqlBatchCommand AddText(this NpgsqlBatchCommand command, string? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return command;
    }

    public static NpgsqlCommand AddText(this NpgsqlCommand command, string? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return command;
    }

    public static NpgsqlCommand AddTime(this NpgsqlCommand command, DateTimeOffset? value)
    {
        command.Parameters.Add(Time(value));
        return command;
    }

    public static NpgsqlBatchCommand AddTime(this NpgsqlBatchCommand command, DateTimeOffset? value)
    {
        command.Parameters.Add(Time(value));
        return command;
    }

    private static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz };

    public static NpgsqlBatchCommand AddId(this NpgsqlBatchCommand command, Guid? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        return command;
    }

    public static NpgsqlBatchCommand AddBytes(this NpgsqlBatchCommand command, byte[]? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        return command;
    }

    public static NpgsqlBatchCommand AddTexts(this NpgsqlBatchCommand command, IReadOnlyList<string>? values)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)values?.ToArray() ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        return command;
    }

    public static NpgsqlCommand AddTexts(this NpgsqlCommand command, IReadOnlyList<string>? values) =>
        command.AddOf(values?.ToArray(), NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text);

    private static NpgsqlCommand AddOf(this NpgsqlCommand command, object? value, NpgsqlTypes.NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return command;
    }

    public static string[]? ArrayOrNull(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<string[]>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
