namespace Aupd.Registries.Files;

/// <summary>The columns of one kind of file, in the contract's order.</summary>
internal sealed record FileShape(IReadOnlyList<string> Columns, int RequiredBits)
{
    public bool IsRequired(int column) => (RequiredBits & 1 << column) != 0;

    public static readonly FileShape Organisations = Of("nsi_id*", "ekis_id", "short_name*", "founder", "district", "kind", "activation");

    public static readonly FileShape Staff = Of("record_id*", "org_nsi_id*", "last_name*", "first_name*", "middle_name", "snils",
        "birth_date", "position", "teacher", "start_date", "end_date", "journal_login");

    public static readonly FileShape Pupils = Of("record_id*", "org_nsi_id*", "class", "last_name*", "first_name*", "middle_name",
        "birth_date", "snils", "phone", "email", "journal_login");

    public static readonly FileShape Guardians = Of("record_id*", "pupil_record_id*", "last_name*", "first_name*", "middle_name",
        "birth_date", "snils", "phone", "email", "relation");

    public static readonly FileShape Accounts = Of("account_id*", "last_name*", "first_name*", "middle_name", "snils", "snils_confirmed",
        "phone", "email", "birth_date", "login", "created_at", "made_from_record_id");

    private static FileShape Of(params string[] columns) =>
        new([.. columns.Select(c => c.TrimEnd('*'))], columns.Select((c, i) => c.EndsWith('*') ? 1 << i : 0).Sum());
}
