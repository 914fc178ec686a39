using System.Text.Encodings.Web;
using System.Text.Json;

namespace Aupd.Workplace.Teams;

/// <summary>Schemas of RFC 7643 §4 and messages of RFC 7644 §3, and how a value is written in a filter.</summary>
internal static class ScimNames
{
    public const string
        User = "urn:ietf:params:scim:schemas:core:2.0:User", Group = "urn:ietf:params:scim:schemas:core:2.0:Group",
        Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", PatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp",
        MediaType = "application/scim+json";

    private static readonly JsonSerializerOptions AsJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // RFC 7644 §3.4.2.2: a string in a filter is a JSON string, so that nothing in it can end it.
    public static string Equal(string attribute, string value) => $"{attribute} eq {JsonSerializer.Serialize(value, AsJson)}";
}
