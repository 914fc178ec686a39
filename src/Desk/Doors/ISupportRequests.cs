using Aupd.Kernel.Audit;
using Aupd.Kernel.People;

namespace Aupd.Desk.Doors;

/// <summary>Requests from the "Написать нам" form, for support. Every look at one is recorded.</summary>
public interface ISupportRequests
{
    /// <summary>Open requests, the oldest first; without what people wrote.</summary>
    Task<IReadOnlyList<SupportRequestLine>> OpenAsync(int limit, CancellationToken ct);

    /// <summary>One request whole; null when there is none of that number.</summary>
    /// <param name="actor">Who looks: an administrator's id, or <c>command</c>.</param>
    Task<SupportRequest?> ReadAsync(long number, string actor, CancellationToken ct);

    /// <summary>False when there is none of that number, or it was closed before.</summary>
    Task<bool> CloseAsync(long number, string actor, CancellationToken ct);
}

/// <param name="Topic">A word of <see cref="SupportTopic"/>.</param>
public sealed record SupportRequestLine(long Number, DateTimeOffset CreatedAt, string Topic, string School, TraceNumber? Trace);

/// <summary>A request as it was written. Prints its number alone.</summary>
public sealed record SupportRequest(SupportRequestLine Line, PersonName Name, Snils? Snils, string Contact, string Text)
{
    public override string ToString() => $"support request {Line.Number}";
}

/// <summary>What a request is about; a closed list.</summary>
public static class SupportTopic
{
    public const string SignIn = "sign-in", NoAccount = "no-account", Activation = "activation", Access = "access", Login = "login", Other = "other";

    public static IReadOnlyList<string> All { get; } = [SignIn, NoAccount, Activation, Access, Login, Other];
}
