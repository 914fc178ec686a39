using System.Reflection;

namespace Aupd.OpenId.Tests.Fapi2;

/// <summary>The modules of the foundation's plans, by the names that its suite gives them: each is a test here.</summary>
public sealed class ModuleListTests
{
    private const string Prefix = "fapi2-security-profile-final-";

    /// <summary>Without those of Open Banking UK (ensure-server-handles-non-matching-intent-id, test-essential-acr-sca-claim), of countries and
    /// of mutual TLS.</summary>
    private static readonly string[] SecurityProfile =
    [
        "discovery-end-point-verification", "happy-flow", "user-rejects-authentication", "ensure-authorization-request-without-state-success",
        "ensure-authorization-request-without-nonce-success", "ensure-authorization-request-with-64-char-nonce-success",
        "ensure-authorization-request-with-long-nonce", "ensure-authorization-request-with-long-state", "ensure-other-scope-order-succeeds",
        "test-claims-parameter-identity-claims", "access-token-type-header-case-sensitivity", "check-dpop-proof-nbf-exp",
        "ensure-dpopproof-with-iat-10seconds-before-succeeds", "ensure-dpopproof-with-iat-10seconds-after-succeeds", "ensure-mismatched-dpop-jkt-fails",
        "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt", "ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
        "ensure-dpopproof-at-par-endpoint-binding-success", "ensure-dpop-auth-code-binding-success", "ensure-different-nonce-inside-and-outside-request-object",
        "ensure-different-state-inside-and-outside-request-object", "state-only-outside-request-object-not-used", "ensure-registered-redirect-uri",
        "plain-fapi-tolerate-unregistered-redirect-uri", "ensure-unsigned-authorization-request-without-using-par-fails",
        "ensure-redirect-uri-in-authorization-request", "ensure-request-object-without-redirect-uri-fails", "ensure-response-type-code-idtoken-fails",
        "ensure-response-type-token-fails", "ensure-client-id-in-token-endpoint", "ensure-holder-of-key-required",
        "ensure-authorization-code-is-bound-to-client", "attempt-reuse-authorization-code-after-one-second",
        "ensure-token-endpoint-fails-with-expired-auth-code", "ensure-signed-client-assertion-with-RS256-fails", "ensure-client-assertion-in-token-endpoint",
        "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails", "ensure-client-assertion-with-wrong-aud-fails",
        "ensure-client-assertion-with-no-sub-fails", "dpop-negative-tests", "refresh-token", "ensure-pkce-code-verifier-required",
        "incorrect-pkce-code-verifier-rejected", "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds", "par-attempt-reuse-request_uri",
        "par-attempt-to-use-expired-request_uri", "par-attempt-to-use-request_uri-for-different-client",
        "par-authorization-request-containing-request_uri-form-param", "par-attempt-invalid-http-method", "par-ensure-pkce-required", "par-plain-pkce-rejected",
        "par-without-duplicate-parameters", "par-test-array-as-audience-fails", "par-test-par-endpoint-url-as-audience-fails",
        "par-test-token-endpoint-url-as-audience-fails", "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
        "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
    ];

    /// <summary>What fapi2-message-signing-final-test-plan adds for signed requests.</summary>
    private static readonly string[] MessageSigning =
    [
        "ensure-request-object-with-multiple-aud-succeeds", "ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
        "ensure-request-object-without-exp-fails", "ensure-request-object-without-nbf-fails", "ensure-expired-request-object-fails",
        "ensure-request-object-with-bad-aud-fails", "ensure-request-object-with-exp-over-60-fails", "ensure-request-object-with-nbf-over-60-fails",
        "ensure-signed-request-object-with-RS256-fails", "ensure-request-object-signature-algorithm-is-not-none",
        "ensure-request-object-with-invalid-signature-fails", "ensure-matching-key-in-authorization-request", "ensure-unsigned-request-at-par-endpoint-fails",
        "par-authorization-request-containing-request_uri",
    ];

    public static TheoryData<Type, string[]> Plans() => new()
    {
        { typeof(SecurityProfileModules), SecurityProfile }, { typeof(MessageSigningModules), MessageSigning },
    };

    [Theory, MemberData(nameof(Plans))]
    public void Every_module_is_a_test_of_that_name_and_no_other_is(Type plan, string[] modules)
    {
        var facts = plan.GetMethods().Select(m => m.GetCustomAttribute<FactAttribute>()).OfType<FactAttribute>().ToList();
        Assert.All(facts, f => Assert.Null(f.Skip));
        var named = facts.Select(f => f.DisplayName!).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(modules.Select(m => Prefix + m).Order(StringComparer.Ordinal), named);
    }
}
