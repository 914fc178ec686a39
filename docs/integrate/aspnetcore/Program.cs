using System.Text.Encodings.Web;
using System.Text.Json;
using Example;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRegionSignIn(builder.Configuration.GetRequiredSection("Region"));
builder.Services.AddAuthorization();
var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/", (HttpContext http) => Html(http.User.Identity?.IsAuthenticated == true ? Page(http) : SignInLink("Войти")));
app.MapGet("/login", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, [RegionHandler.Scheme]));
// A role is an ordinary role: [Authorize(Roles = "guardian")] does the same.
app.MapGet("/children", (HttpContext http) => Html(Children(http))).RequireAuthorization(p => p.RequireRole("guardian"));

app.MapPost("/refresh", async (HttpContext http, Sessions sessions, RegionProvider region) =>
{
    var signedIn = await http.AuthenticateAsync();
    if (signedIn.Succeeded && !await sessions.RefreshAsync(signedIn.Properties, region, http.RequestAborted)) await http.SignOutAsync();
    return Results.Redirect("/");
});

app.MapPost("/logout", async (HttpContext http, RegionProvider region) =>
{
    var idToken = (await http.AuthenticateAsync()).Properties?.GetTokenValue("id_token");
    await http.SignOutAsync();
    return Results.Redirect(idToken is null ? "/" : await region.SignOutUrlAsync(idToken, $"{http.Request.Scheme}://{http.Request.Host}/", http.RequestAborted));
});

// Called by the region's service, without any cookie.
app.MapPost("/backchannel-logout", async (HttpContext http, Sessions sessions, RegionProvider region) =>
{
    var token = http.Request.HasFormContentType ? (await http.Request.ReadFormAsync())["logout_token"].ToString() : "";
    if (await region.EndedSessionAsync(token, http.RequestAborted) is not { } sid) return Results.BadRequest();
    sessions.End(sid);
    return Results.Ok();
});

app.Run();

static IResult Html(string body) => Results.Content(body, "text/html; charset=utf-8");
static string SignInLink(string text) => $"<p><a href=\"/login\">{text}</a></p>";

static string Page(HttpContext http) => $"""
    <h1>{HtmlEncoder.Default.Encode(http.User.Identity?.Name ?? "")}</h1>
    <p>Роль: <span id="role">{HtmlEncoder.Default.Encode(http.User.FindFirst("role")?.Value ?? "")}</span></p>
    {(http.User.IsInRole("guardian") ? Children(http) : "")}
    <form method="post" action="/refresh"><button>Спросить ещё раз, кто я</button></form>
    <form method="post" action="/logout"><button>Выйти</button></form>
    """;

static string Children(HttpContext http)
{
    using var children = JsonDocument.Parse(http.User.FindFirst("children")?.Value ?? "[]");
    var lines = children.RootElement.EnumerateArray().Select(c => $"<li>{HtmlEncoder.Default.Encode(c.GetProperty("name").GetString() ?? "")}</li>");
    return $"<ul>{string.Concat(lines)}</ul>";
}
