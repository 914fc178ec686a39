using System.Reflection;

namespace Aupd.OpenId.Tests.Conformance;

public sealed class ModuleListTests
{
    public static TheoryData<Type, string[]> Plans() => new()
    {
        { typeof(BasicOp), Modules.Basic }, { typeof(FormPostBasicOp), Modules.Basic }, { typeof(ConfigOp), Modules.Config },
        { typeof(RpInitiatedLogoutOp), Modules.RpInitiatedLogout }, { typeof(BackChannelLogoutOp), Modules.BackChannelLogout },
        { typeof(DynamicOp), Modules.Dynamic },
    };

    [Theory, MemberData(nameof(Plans))]
    public void Every_module_of_the_plan_is_a_test_of_that_name_and_no_other_is(Type plan, string[] modules)
    {
        var tests = plan.GetMethods().Select(m => (m.Name, Fact: m.GetCustomAttribute<FactAttribute>())).Where(m => m.Fact is not null).ToList();
        Assert.Equal(modules.Order(StringComparer.Ordinal), tests.Select(t => t.Fact!.DisplayName).Order(StringComparer.Ordinal));
        Assert.All(tests, t => Assert.Equal(t.Fact!.DisplayName!.Replace('-', '_'), t.Name));
        Assert.All(tests, t => Assert.Null(t.Fact!.Skip));
    }

    [Fact]
    public void The_plans_have_as_many_modules_as_the_foundation_counts() =>
        Assert.Equal((38, 1, 11, 2), (Modules.Basic.Length, Modules.Config.Length, Modules.RpInitiatedLogout.Length, Modules.BackChannelLogout.Length));
}
