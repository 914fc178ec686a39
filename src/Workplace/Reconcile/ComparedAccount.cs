using System.Text.Json;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Reconcile;

/// <summary>Our side of the comparison.</summary>
internal sealed record ComparedAccount
{
    public Guid ProfileId { get; init; }
    public string Login { get; init; } = "";
    public string Desired { get; init; } = "";
    public Guid? ObjectId { get; init; }
    public bool IsRemoved { get; init; }
    /// <summary>Delivered, and nothing waits for it: else it differs for good reason, and is listed elsewhere.</summary>
    public bool IsSettled { get; init; }
    /// <summary>Whether this run has met the known account.</summary>
    public bool IsMet { get; init; }
    /// <summary>How many entries this run has met with the person's marks.</summary>
    public int Marked { get; init; }

    public DesiredAccount Account => JsonSerializer.Deserialize<DesiredAccount>(Desired, JsonSerializerOptions.Web)!;
}
