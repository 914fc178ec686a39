namespace Aupd.Demo.Services.Pages;

/// <summary>Where the gateway sends the browser when every session has ended.</summary>
internal sealed class SignedOutPage : ServicePage;
