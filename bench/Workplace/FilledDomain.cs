using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aupd.Workplace;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.People;
using Aupd.Workplace.Tests.Samba;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Bench.Workplace;

/// <summary>People whose accounts stand in the directory as they should: pupils and one teacher in twenty, a thousand at a school, 25 in a class. The entries
/// are written straight into Samba's database, disabled and without passwords, which cost 35 ms each; our rows say that they were delivered.</summary>
internal sealed class FilledDomain(School school, int people)
{
    private const int PerSchool = 1000, PerClass = 25, BatchSize = 1000;
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly EntryTemplate _template = school.Service.School.Services.GetRequiredService<EntryTemplate>();

    private const string AddSql = """
        with added as (
            insert into workplace.account (profile_id, subject, login, desired, version)
            select p.id, p.id::text, p.login, p.desired, 1 from unnest(@ids::uuid[], @logins::text[], @desired::jsonb[]) as p (id, login, desired) returning profile_id)
        insert into workplace.delivery (profile_id, target, version, delivered_version) select profile_id, 'directory', 1, 1 from added
        """;

    private const string KnowSql = """
        update workplace.delivery d set remote_id = e.remote_id from unnest(@profiles::uuid[], @objects::text[]) as e (profile_id, remote_id) where d.profile_id = e.profile_id
        """;

    /// <summary>Their ids, in the order of their numbers.</summary>
    public IReadOnlyList<Guid> Ids { get; } = [.. Enumerable.Range(0, people).Select(_ => Guid.CreateVersion7())];

    public static string Login(int i) => string.Create(CultureInfo.InvariantCulture, $"filled{i}");

    public async Task FillAsync()
    {
        await WriteEntriesAsync();
        for (var from = 0; from < people; from += BatchSize)
        {
            var numbers = Enumerable.Range(from, Math.Min(BatchSize, people - from)).ToList();
            await ExecuteAsync(AddSql, new
            {
                ids = numbers.ConvertAll(i => Ids[i]).ToArray(), logins = numbers.ConvertAll(Login).ToArray(),
                desired = numbers.ConvertAll(i => JsonSerializer.Serialize(Person(i), JsonSerializerOptions.Web)).ToArray(),
            });
        }
        var entries = school.Domain.AsAdministrator(link => link.Pages("(employeeNumber=*)", "objectGUID", "employeeNumber").Select(e => new Entry(e))
            .Select(e => (Profile: Guid.Parse(e["employeeNumber"]!), e.Id)).ToList());
        foreach (var batch in entries.Chunk(BatchSize)) await ExecuteAsync(KnowSql, new { profiles = batch.Select(e => e.Profile).ToArray(), objects = batch.Select(e => e.Id.ToString()).ToArray() });
        await ExecuteAsync("analyze workplace.account, workplace.delivery", null);
    }

    private static DesiredAccount Person(int i)
    {
        var number = (i / PerSchool + 1).ToString(CultureInfo.InvariantCulture);
        var isTeacher = i % 20 == 0;
        var place = new DesiredPlace(isTeacher, isTeacher, number, null, $"ГБОУ Школа № {number}", "zao", isTeacher ? "учитель" : $"{i / PerClass % 11 + 1}-{i / PerClass % 40}");
        return new DesiredAccount(Login(i), $"Фамильин{i}", "Анна", "Петровна", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i))), [place]);
    }

    private async Task WriteEntriesAsync()
    {
        using var fill = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Workplace", "fill.py"), $"{school.Domain.Folder}/etc/smb.conf",
            $"{school.Domain.Folder}/private/sam.ldb"]) { RedirectStandardInput = true })!;
        var (known, groups) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, List<string>>());
        for (var i = 0; i < people; i++)
        {
            var unit = $"{_template.UnitOf(Person(i))},{SambaDomain.Base}";
            await UnitAsync(fill.StandardInput, unit, known);
            var values = _template.Values(Ids[i], Person(i)).Where(v => v.Value is not null).ToDictionary(v => v.Key, v => (object)v.Value!);
            (values["dn"], values["objectClass"], values["userAccountControl"]) = ($"CN={Login(i)},{unit}", "user", "514");
            await fill.StandardInput.WriteLineAsync(JsonSerializer.Serialize(values, Readable));
            foreach (var group in _template.GroupsOf(Person(i)))
                if (!groups.TryAdd(group, [$"CN={Login(i)},{unit}"])) groups[group].Add($"CN={Login(i)},{unit}");
        }
        await UnitAsync(fill.StandardInput, $"OU=Groups,OU=Schools,{SambaDomain.Base}", known);
        foreach (var (name, members) in groups)
            await fill.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new
            {
                dn = $"CN={name},OU=Groups,OU=Schools,{SambaDomain.Base}", objectClass = "group", sAMAccountName = name, member = members,
            }, Readable));
        fill.StandardInput.Close();
        await fill.WaitForExitAsync();
        if (fill.ExitCode != 0) throw new InvalidOperationException("The domain was not filled.");
    }

    private static async Task UnitAsync(StreamWriter lines, string unit, HashSet<string> known)
    {
        if (unit == SambaDomain.Base || !known.Add(unit)) return;
        await UnitAsync(lines, LdapText.Parent(unit), known);
        await lines.WriteLineAsync(JsonSerializer.Serialize(new { dn = unit, objectClass = "organizationalUnit" }, Readable));
    }

    private async Task ExecuteAsync(string sql, object? values)
    {
        await using var connection = await school.Service.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, values);
    }
}
