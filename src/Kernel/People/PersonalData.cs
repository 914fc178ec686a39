using System.Globalization;
using System.Text.Json;
using Aupd.Kernel.Pages;

namespace Aupd.Kernel.People;

/// <summary>Whose data are asked for, by the ids under which the modules know the person.</summary>
/// <param name="AccountId">The gateway's id of the portal account.</param>
/// <param name="PortalSubject">The portal's <c>sub</c>; account id of the matching.</param>
/// <param name="ServiceSubject">The <c>sub</c> that services know; null for a person without a profile.</param>
public sealed record DataOwner(Guid AccountId, string PortalSubject, string? ServiceSubject);

/// <summary>A module's part of the copy of all data that a person may have. It holds the person's own data and nobody else's.</summary>
public interface IPersonalDataPart
{
    /// <summary>Where it stands in the file: the lowest comes first.</summary>
    int Order { get; }

    /// <summary>Writes members into the file's one object. Lists without a bound are read and written page by page.</summary>
    Task WriteAsync(DataOwner owner, PersonalDataWriter copy, CancellationToken ct);
}

/// <summary>Writes the copy, with names that its owner can read. Nothing is written for a null.</summary>
public sealed class PersonalDataWriter(Utf8JsonWriter json, Language language, TimeZoneInfo zone)
{
    private const int FlushAt = 16 * 1024;

    /// <summary>The language of the names.</summary>
    public Language Language => language;

    public void Value(string russian, string english, string? value)
    {
        if (value is not null) json.WriteString(language[russian, english], value);
    }

    public void Value(string russian, string english, bool value) => json.WriteBoolean(language[russian, english], value);

    /// <summary>In the region's time, with its distance from UTC.</summary>
    public void Value(string russian, string english, DateTimeOffset? value)
    {
        if (value is { } at) json.WriteString(language[russian, english], TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    public void Value(string russian, string english, DateOnly? value) =>
        Value(russian, english, value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public void Values(string russian, string english, IEnumerable<string> values)
    {
        json.WriteStartArray(language[russian, english]);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public void BeginObject(string russian, string english) => json.WriteStartObject(language[russian, english]);

    public void EndObject() => json.WriteEndObject();

    /// <summary>A list of objects. What has gathered is sent now and then, so that a long one needs no memory.</summary>
    /// <param name="write">Writes the members of one.</param>
    public async Task ListAsync<T>(string russian, string english, IAsyncEnumerable<T> items, Action<T> write, CancellationToken ct)
    {
        json.WriteStartArray(language[russian, english]);
        await foreach (var item in items.WithCancellation(ct))
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
            if (json.BytesPending >= FlushAt) await json.FlushAsync(ct);
        }
        json.WriteEndArray();
    }

    public Task ListAsync<T>(string russian, string english, IEnumerable<T> items, Action<T> write, CancellationToken ct) =>
        ListAsync(russian, english, items.ToAsyncEnumerable(), write, ct);
}
