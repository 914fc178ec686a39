namespace Aupd.Portal.Recovery;

/// <summary>A begun recovery, as it lies sealed in its flow. Begun also for what names no account: nothing on the pages tells them apart.</summary>
internal sealed record RecoveryState
{
    public const string Kind = "recovery";

    /// <summary>One spelling of what was typed; the code is bound to it.</summary>
    public string? Typed { get; init; }
    /// <summary>Null where what was typed names nobody who can be written to.</summary>
    public Guid? AccountId { get; init; }
    /// <summary>The code was right.</summary>
    public bool Proved { get; init; }
    /// <summary>The account is protected by more than a password: the code alone does not do.</summary>
    public bool NeedsSecondStep { get; init; }
    /// <summary>The second step was taken.</summary>
    public bool SecondStepTaken { get; init; }
    /// <summary>A local path.</summary>
    public string? ReturnUrl { get; init; }
}
