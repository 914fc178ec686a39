using System.Reflection;
using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;
using Aupd.Web.Sites;

namespace Aupd.Kernel.Tests.House;

/// <summary>The SQL of the modules, found by the names that it goes by.</summary>
internal static partial class Statements
{
    internal static readonly Assembly[] Modules =
    [
        typeof(KernelModule).Assembly, typeof(OpenId.OpenIdModule).Assembly, typeof(Portal.PortalModule).Assembly,
        typeof(Registries.RegistriesModule).Assembly, typeof(SignIn.SignInModule).Assembly, typeof(Workplace.WorkplaceModule).Assembly, typeof(Desk.DeskModule).Assembly,
        typeof(Demo.DemoModule).Assembly, typeof(SharedParts).Assembly,
    ];

    /// <summary>All constants whose names end in Sql.</summary>
    public static IEnumerable<(string Owner, string Sql)> OfModules() => Modules.SelectMany(m => m.GetTypes()).SelectMany(Of);

    public static IEnumerable<(string Owner, string Sql)> Of(Type type) =>
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where field.IsLiteral && field.FieldType == typeof(string) && field.Name.EndsWith("Sql", StringComparison.Ordinal)
        select ($"{type.FullName}.{field.Name}", (string)field.GetRawConstantValue()!);

    /// <summary>The engine's statements with the fragments of a site in them.</summary>
    public static List<(string Owner, string Sql)> ComposedFor(IClaimsSource site)
    {
        var composed = (from type in typeof(OpenId.OpenIdModule).Assembly.GetTypes()
                        from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
                        where method.ReturnType == typeof(string) && method.Name.EndsWith("Sql", StringComparison.Ordinal)
                        where method.GetParameters() is [{ } only] && only.ParameterType == typeof(IClaimsSource)
                        select ($"{type.FullName}.{method.Name} with {site.GetType().Name}", (string)method.Invoke(null, [site])!)).ToList();
        Assert.True(composed.Count >= 3, "The engine's composed statements are not found by their names any more.");
        return composed;
    }

    public static string WithNumberedParameters(string sql)
    {
        var numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return Parameter().Replace(sql, m => "$" + (numbers.TryGetValue(m.Value, out var n) ? n : numbers[m.Value] = numbers.Count + 1));
    }

    [GeneratedRegex(@"(?<![\w@:])@\w+")]
    private static partial Regex Parameter();
}
