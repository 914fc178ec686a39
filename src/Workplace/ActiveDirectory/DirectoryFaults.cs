using System.DirectoryServices.Protocols;
using Aupd.Workplace.Delivery;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The directory cannot be spoken to.</summary>
internal sealed class DirectoryAwayException(string message, Exception? inner = null) : TargetAwayException(message, inner);

/// <summary>The directory refused one request for good, as far as it tells.</summary>
internal sealed class DirectoryRefusalException(ResultCode code, string message, Exception? inner = null) : TargetRefusalException($"{code}: {message}", inner)
{
    public ResultCode Code => code;
}

/// <summary>A person must decide about an account of the directory.</summary>
internal sealed class DirectoryConflictException(string reason, Guid? objectId, string? entryName, string? login)
    : TargetConflictException(new AccountConflict(reason, objectId?.ToString(), entryName, login));
