using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.People;

namespace Aupd.Registries.Identifiers;

/// <summary>A full name in comparison form as 64 bits: what the database joins on. Two names of one key are compared in full by the
/// engine, so a collision costs a look and nothing else.</summary>
internal static class NameKey
{
    public static long Of(PersonName name) => Of(name.LastKey, name.FirstKey, name.MiddleKey);

    public static long Of(string lastKey, string firstKey, string? middleKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{lastKey}\u001f{firstKey}\u001f{middleKey}"), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
