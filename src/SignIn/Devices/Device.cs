namespace Aupd.SignIn.Devices;

/// <summary>A device that a person has bound to a role and a service.</summary>
internal sealed record Device
{
    public Guid Id { get; init; }
    public Guid AccountId { get; init; }
    /// <summary>As its owner calls it.</summary>
    public string Name { get; init; } = "";
    /// <summary>A <see cref="Registries.Doors.HeldRole.Id"/>; the owner may have lost it since.</summary>
    public string Role { get; init; } = "";
    /// <summary>A client id; the service may be gone since.</summary>
    public string Service { get; init; } = "";
    /// <summary>"Chrome, Windows"; empty when not known.</summary>
    public string Kind { get; init; } = "";
    public DateTimeOffset BoundAt { get; init; }
    public DateTimeOffset SeenAt { get; init; }
    /// <summary>Where it was last used, for <see cref="Kernel.Http.Places.Shown"/>.</summary>
    public string Place { get; init; } = "";
    public DateTimeOffset? UnboundAt { get; init; }
    /// <summary>The owner's last session on it.</summary>
    public string? SessionSid { get; init; }

    public override string ToString() => $"device {Id}";
}

/// <summary>Where a bound device leads.</summary>
internal sealed record DevicePin(string Role, string Service);

/// <summary>What the cookie of a browser says about it.</summary>
internal abstract record Recognition
{
    private Recognition() { }
    /// <summary>Not bound, or not any more.</summary>
    internal sealed record Unknown : Recognition;
    internal sealed record Known(Device Device) : Recognition;
    /// <summary>An older token was shown: somebody has a copy. The device is unbound now and its session over.</summary>
    internal sealed record Copied(Device Device) : Recognition;
}
