using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Text;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>One connection to the directory, over TLS with a certificate that was checked. Blocking and for one caller at a time; of no more use
/// after a <see cref="DirectoryAwayException"/>.</summary>
internal sealed class DirectoryLink : IDisposable
{
    // RFC 4511 §4.1.9 and Appendix A.2: what the server says when it, not the request, is at fault.
    private static readonly ResultCode[] Passing = [ResultCode.Busy, ResultCode.Unavailable, ResultCode.TimeLimitExceeded, ResultCode.OperationsError];
    // As long as Active Directory looks for itself (MaxQueryDuration).
    private static readonly TimeSpan SearchPatience = TimeSpan.FromMinutes(2);
    private readonly LdapConnection _connection;
    private readonly DirectorySettings _settings;

    private DirectoryLink(LdapConnection connection, DirectorySettings settings) => (_connection, _settings) = (connection, settings);

    /// <summary>Naming context below which people are searched for.</summary>
    public string Base { get; private set; } = "";

    /// <summary>Organisational units and groups that are known to be there, by the name they were asked for under; with the server's spelling.</summary>
    public Dictionary<string, string> Known { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="DirectoryAwayException">The message says why.</exception>
    public static DirectoryLink Open(DirectorySettings settings, TrustedFolder trusted)
    {
        ServerCheck.Run(settings);
        LdapSignals.AreNoAnswer();
        var connection = new LdapConnection(new LdapDirectoryIdentifier(settings.Server, settings.Port, fullyQualifiedDnsHostName: true, connectionless: false),
            new NetworkCredential(settings.BindName, settings.BindPassword), AuthType.Basic);
        var link = new DirectoryLink(connection, settings);
        try
        {
            connection.Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds);
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            connection.SessionOptions.TrustedCertificatesDirectory = trusted.Path;
            connection.SessionOptions.StartNewTlsSessionContext();
            connection.SessionOptions.SecureSocketLayer = true;
            connection.Bind();
            link.Base = settings.BaseName.Length > 0 ? settings.BaseName : link.DefaultBase();
            return link;
        }
        catch (Exception e)
        {
            connection.Dispose();
            throw e is DirectoryAwayException ? e : new DirectoryAwayException(Sentence(settings, e, connection.Timeout), e);
        }
    }

    /// <summary>The entry of that name (also <c>&lt;GUID=…&gt;</c>); null when there is none.</summary>
    public SearchResultEntry? Read(string name, params string[] attributes)
    {
        try
        {
            var found = (SearchResponse)Send(new SearchRequest(name, "(objectClass=*)", SearchScope.Base, attributes));
            return found.Entries.Count == 0 ? null : found.Entries[0];
        }
        catch (DirectoryRefusalException e) when (e.Code is ResultCode.NoSuchObject or ResultCode.InvalidDNSyntax) { return null; }
    }

    public IReadOnlyList<Entry> Find(string filter, int atMost = 5)
    {
        var request = new SearchRequest(Base, filter, SearchScope.Subtree, Entry.Attributes(_settings)) { SizeLimit = atMost };
        var entries = ((SearchResponse)Send(request)).Entries;
        return [.. entries.Cast<SearchResultEntry>().Select(e => new Entry(e))];
    }

    public Entry? ReadAccount(string name) => Read(name, Entry.Attributes(_settings)) is { } found ? new Entry(found) : null;

    /// <summary>Where the schema says what an attribute is, and whether it is indexed (searchFlags, [MS-ADTS] §2.2.9); null: there is none of that name.</summary>
    public (string Name, bool IsIndexed)? Attribute(string attribute)
    {
        const int Indexed = 1;
        var schema = Read("", "schemaNamingContext")?.Attributes["schemaNamingContext"]?[0] as string;
        var request = new SearchRequest(schema, $"(&(objectClass=attributeSchema)(lDAPDisplayName={LdapText.Filter(attribute)}))", SearchScope.OneLevel, "searchFlags");
        if (((SearchResponse)Send(request)).Entries is not { Count: > 0 } found) return null;
        var flags = found[0].Attributes["searchFlags"]?[0] as string;
        return (found[0].DistinguishedName, int.TryParse(flags, CultureInfo.InvariantCulture, out var number) && (number & Indexed) != 0);
    }

    /// <summary>Accounts by the directory's own ids, as many as there are of them; a few hundred at once.</summary>
    public IReadOnlyList<Entry> FindByIds(IReadOnlyCollection<Guid> ids) => ids.Count == 0 ? [] :
        Find($"(|{string.Concat(ids.Select(id => $"(objectGUID={LdapText.Bytes(id.ToByteArray())})"))})", ids.Count);

    /// <summary>Everything that fits, a page at a time. Before the first a directory may look through all that it has, which lasts.</summary>
    public IEnumerable<SearchResultEntry> Pages(string filter, params string[] attributes)
    {
        var request = new SearchRequest(Base, filter, SearchScope.Subtree, attributes);
        var page = new PageResultRequestControl(500);
        request.Controls.Add(page);
        do
        {
            var found = (SearchResponse)Send(request, SearchPatience);
            foreach (SearchResultEntry entry in found.Entries) yield return entry;
            page.Cookie = found.Controls.OfType<PageResultResponseControl>().FirstOrDefault()?.Cookie ?? [];
        }
        while (page.Cookie.Length > 0);
    }

    public void Add(string name, string objectClass, IEnumerable<KeyValuePair<string, string?>> values)
    {
        var request = new AddRequest(name, objectClass);
        foreach (var (attribute, value) in values)
            if (value is not null) request.Attributes.Add(new DirectoryAttribute(attribute, value));
        Send(request);
    }

    /// <summary>Sets each attribute to its one value; a null takes it away.</summary>
    public void Set(string name, IReadOnlyCollection<KeyValuePair<string, string?>> values)
    {
        if (values.Count == 0) return;
        var request = new ModifyRequest(name);
        foreach (var (attribute, value) in values)
        {
            var change = new DirectoryAttributeModification { Name = attribute, Operation = DirectoryAttributeOperation.Replace };
            if (value is not null) change.Add(value);
            request.Modifications.Add(change);
        }
        Send(request);
    }

    public void Change(string name, string attribute, DirectoryAttributeOperation operation, string value) => Send(new ModifyRequest(name, operation, attribute, value));

    /// <summary>[MS-ADTS] §3.1.1.3.1.5.1: the password in quotes, as UTF-16; as an administrator sets it.</summary>
    public void SetPassword(string name, string password)
    {
        var change = new DirectoryAttributeModification { Name = "unicodePwd", Operation = DirectoryAttributeOperation.Replace };
        change.Add(Encoding.Unicode.GetBytes($"\"{password}\""));
        Send(new ModifyRequest(name, change));
    }

    public void Move(string name, string parent, string newName) => Send(new ModifyDNRequest(name, parent, newName) { DeleteOldRdn = true });

    public void Remove(string name) => Send(new DeleteRequest(name));

    public void Dispose() => _connection.Dispose();

    private string DefaultBase() => Read("", "defaultNamingContext")?.Attributes["defaultNamingContext"]?[0] as string
        ?? throw new DirectoryAwayException("The server names no default naming context: set Workplace:Directory:BaseName.");

    private DirectoryResponse Send(DirectoryRequest request, TimeSpan? patience = null)
    {
        var longest = patience ?? _connection.Timeout;
        try { return _connection.SendRequest(request, longest); }
        catch (DirectoryOperationException e) when (e.Response is { } answer)
        {
            // More than were asked for: those that came are enough to see that.
            if (request is SearchRequest && answer.ResultCode == ResultCode.SizeLimitExceeded) return answer;
            // Something that was known to be there is there no more: the next attempt looks anew.
            if (request is not SearchRequest && answer.ResultCode == ResultCode.NoSuchObject) Known.Clear();
            if (Passing.Contains(answer.ResultCode)) throw new DirectoryAwayException($"The directory is not in order: {answer.ResultCode} {answer.ErrorMessage}", e);
            throw new DirectoryRefusalException(answer.ResultCode, answer.ErrorMessage, e);
        }
        // Objects are gone with the connection; a response that breaks off is no answer.
        catch (Exception e) when (e is LdapException or DirectoryOperationException or ObjectDisposedException) { throw new DirectoryAwayException(Sentence(_settings, e, longest), e); }
    }

    private static string Sentence(DirectorySettings settings, Exception cause, TimeSpan longest) => cause switch
    {
        LdapException { ErrorCode: 49 } => $"The directory refuses {settings.BindName}: wrong name or password of the account by which accounts are kept.",
        LdapException { ErrorCode: 85 } => $"{settings.Server}:{settings.Port} did not answer within {longest.TotalSeconds:F0} s.",
        LdapException ldap => $"{settings.Server}:{settings.Port}: {ldap.Message} ({ldap.ErrorCode})",
        _ => $"{settings.Server}:{settings.Port}: {cause.Message}",
    };
}
