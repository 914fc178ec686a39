using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Secrets;

namespace Aupd.Portal.Codes;

/// <summary>What a code is for; one never serves for another.</summary>
internal enum CodePurpose { Register, Recover, ChangeContact }

/// <summary>What a code is bound to: this browser's flow, this purpose, this phone or e-mail (or whatever was typed to be recovered).</summary>
/// <param name="Flow">Hash of the flow's secret.</param>
/// <param name="Target">Blind index of what is being proved.</param>
internal sealed record CodeBinding(byte[] Flow, CodePurpose Purpose, byte[] Target)
{
    public string PurposeText => Purpose switch
    {
        CodePurpose.Register => "register",
        CodePurpose.Recover => "recover",
        CodePurpose.ChangeContact => "change-contact",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A code of six digits would be found from a plain hash in a second: the key lies outside the database.</summary>
    public byte[] Hash(Sealer sealer, string code)
    {
        byte[] bound = [.. Flow, .. Encoding.UTF8.GetBytes(PurposeText), 0, .. Target, .. Encoding.UTF8.GetBytes(code)];
        return HMACSHA256.HashData(sealer.Key("portal/code"), bound);
    }
}
