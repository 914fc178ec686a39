using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Classes that try the mistakes of others share one provider: <c>docs/mistakes.md</c> says which test proves what.</summary>
[CollectionDefinition(Name)]
public sealed class OneProvider : ICollectionFixture<ProviderFixture>
{
    public const string Name = "one provider for the mistakes of others";
}
