using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Organisations;

internal sealed class ListOrganisations(NpgsqlDataSource source) : IOrganisations
{
    public async Task<IReadOnlyList<Organisation>> AllAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Organisation>(new CommandDefinition("""
            select nsi_id as NsiId, ekis_id as EkisId, short_name as ShortName, founder, district, is_state as IsState,
                   takes_part as TakesPartInActivation
              from registries.organisation order by short_name, nsi_id
            """, cancellationToken: ct))).AsList();
    }
}
