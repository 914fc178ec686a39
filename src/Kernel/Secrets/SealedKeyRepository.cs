using System.Text;
using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Aupd.Kernel.Secrets;

/// <summary>Keeps the Data Protection keys in PostgreSQL, sealed by the master key, so that every node reads every cookie.</summary>
public sealed class SealedKeyRepository(NpgsqlDataSource source, Sealer sealer) : IXmlRepository
{
    private const string SealPurpose = "data-protection";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = source.OpenConnection();
        return connection.Query<byte[]>("select xml_sealed from kernel.data_protection_key order by created_at")
            .Select(x => XElement.Parse(Encoding.UTF8.GetString(sealer.Open(SealPurpose, x)))).ToList();
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = source.OpenConnection();
        connection.Execute("""
            insert into kernel.data_protection_key (name, xml_sealed) values (@friendlyName, @xml) on conflict (name) do nothing
            """, new { friendlyName, xml = sealer.Seal(SealPurpose, Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))) });
    }
}
