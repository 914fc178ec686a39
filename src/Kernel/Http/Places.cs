using System.ComponentModel.DataAnnotations;
using System.Net;
using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Aupd.Kernel.Http;

/// <summary>Networks that people know by a name. Section <c>Places</c>.</summary>
public sealed record PlacesSettings : IValidatableObject
{
    public const string Section = "Places";
    private const int LongestName = 100;

    /// <summary>Networks of schools and other places, each with <c>Network</c> (CIDR, 203.0.113.0/24), <c>Name</c> and <c>NameEnglish</c>;
    /// where several hold an address, the narrowest names it. Several networks may have one name.</summary>
    public IReadOnlyList<NamedNetwork> Networks { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (network, i) in Networks.Select((n, i) => (n, i)))
        {
            if (!IPNetwork.TryParse(network.Network, out _))
                yield return new ValidationResult($"Networks:{i}:Network is \"{network.Network}\", but must be a network such as 203.0.113.0/24 or 2001:db8::/32.");
            if (network.Name is not { Length: > 0 and <= LongestName } || network.Name.Contains('/', StringComparison.Ordinal))
                yield return new ValidationResult($"Networks:{i}:Name is \"{network.Name}\", but must have 1 to {LongestName} characters and no slash.");
        }
    }
}

/// <summary>A network with a name.</summary>
public sealed record NamedNetwork
{
    /// <summary>In CIDR notation.</summary>
    public string Network { get; init; } = "";
    /// <summary>As people say it.</summary>
    public string Name { get; init; } = "";
    /// <summary>The same in English; empty: the Russian name.</summary>
    public string NameEnglish { get; init; } = "";
}

/// <summary>Where a request comes from, in words a person understands: the name of a configured network, else the network without the machine
/// in it (/24 of IPv4, /48 of IPv6). Never a look-up of where on the map that is: such data are too often wrong, and frighten.</summary>
/// <remarks>A place is kept as text: a name has no slash, a network has one.</remarks>
public sealed class Places(PlacesSettings settings)
{
    private const string Unknown = "";
    private const int Ipv4Bits = 24, Ipv6Bits = 48;

    private readonly (IPNetwork Network, string Name)[] _named =
        [.. settings.Networks.Select(n => (IPNetwork.Parse(n.Network), n.Name)).OrderByDescending(n => n.Item1.PrefixLength)];

    private readonly Dictionary<string, string> _english = settings.Networks.Where(n => n.NameEnglish.Length > 0)
        .DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.NameEnglish, StringComparer.Ordinal);

    /// <summary>The place of whoever asks; behind a trusted proxy, of whom the proxy asks for.</summary>
    public string Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    /// <summary>Empty when the address is not known.</summary>
    public string Of(IPAddress? address)
    {
        if (address is null) return Unknown;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var (network, name) in _named)
            if (network.Contains(address)) return name;
        var bytes = address.GetAddressBytes();
        var bits = bytes.Length == 4 ? Ipv4Bits : Ipv6Bits;
        Array.Clear(bytes, bits / 8, bytes.Length - bits / 8);
        return new IPNetwork(new IPAddress(bytes), bits).ToString();
    }

    /// <summary>As people read it: "Школа № 856", "сеть 203.0.113.x", "неизвестно где".</summary>
    public string Shown(string place, Language l)
    {
        if (place.Length == 0) return l["неизвестно где", "an unknown place"];
        if (place.Contains('/', StringComparison.Ordinal)) return l["сеть ", "network "] + AddressPrefix.Shown(place);
        return l[place, _english.GetValueOrDefault(place, place)];
    }

    /// <summary>Two places that are not known are not the same.</summary>
    public static bool AreSame(string one, string other) => one.Length > 0 && one == other;
}
