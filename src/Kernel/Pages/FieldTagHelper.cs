using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Aupd.Kernel.Pages;

/// <summary>One question of a form: label, hint, error and input, bound together for screen readers.
/// <c>&lt;field for="Login" label="…" hint="…" autocomplete="username" /&gt;</c>. A password is never shown back.</summary>
[HtmlTargetElement("field", TagStructure = TagStructure.WithoutEndTag)]
public sealed class FieldTagHelper(Language language, HtmlEncoder encoder) : TagHelper
{
    public ModelExpression For { get; set; } = null!;
    public string Label { get; set; } = "";
    public string? Hint { get; set; }
    public string Type { get; set; } = "text";
    /// <summary>Id of what describes the field besides its hint.</summary>
    public string? DescribedBy { get; set; }
    public string? Autocomplete { get; set; }
    public string? Inputmode { get; set; }
    public int Maxlength { get; set; } = 200;
    public bool Autofocus { get; set; }
    public bool Required { get; set; } = true;
    [ViewContext, HtmlAttributeNotBound] public ViewContext View { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var id = For.Name.Replace('.', '_');
        var error = View.ModelState.TryGetValue(For.Name, out var entry) && entry.Errors.Count > 0 ? entry.Errors[0].ErrorMessage : null;
        var value = Type == "password" ? null : entry?.AttemptedValue ?? For.Model?.ToString();
        var html = new StringBuilder();
        html.Append($"<label for=\"{id}\">{Encode(Label)}</label>");
        if (Hint is not null) html.Append($"<p class=\"hint\" id=\"{id}-hint\">{Encode(Hint)}</p>");
        if (error is not null) html.Append($"<p class=\"error\" id=\"{id}-error\">{Encode(error)}</p>");
        var input = Input(id, value, error is not null);
        html.Append(Type == "password" ? $"<span class=\"with-button\">{input}{ShowButton(id)}</span>" : input);
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", error is null ? "field" : "field wrong");
        output.Content.SetHtmlContent(html.ToString());
    }

    private string Input(string id, string? value, bool wrong)
    {
        var html = new StringBuilder($"<input id=\"{id}\" name=\"{Encode(For.Name)}\" type=\"{Type}\" maxlength=\"{Maxlength}\"");
        if (value is not null) html.Append($" value=\"{Encode(value)}\"");
        if (Autocomplete is not null) html.Append($" autocomplete=\"{Autocomplete}\"");
        if (Inputmode is not null) html.Append($" inputmode=\"{Inputmode}\"");
        if (Type is "password" || Autocomplete?.StartsWith("username", StringComparison.Ordinal) == true) html.Append(" autocapitalize=\"none\" spellcheck=\"false\"");
        var described = string.Join(' ', new[] { Hint is null ? null : id + "-hint", DescribedBy, wrong ? id + "-error" : null }.Where(d => d is not null));
        if (described.Length > 0) html.Append($" aria-describedby=\"{described}\"");
        if (wrong) html.Append(" aria-invalid=\"true\"");
        if (Required) html.Append(" required");
        if (Autofocus) html.Append(" autofocus");
        return html.Append('>').ToString();
    }

    // Hidden until the script that makes it work has run.
    private string ShowButton(string id) =>
        $"<button type=\"button\" class=\"show\" data-show=\"{id}\" data-hide-text=\"{Encode(language["Скрыть", "Hide"])}\" aria-controls=\"{id}\" hidden>"
        + $"{Encode(language["Показать", "Show"])}</button>";

    private string Encode(string text) => encoder.Encode(text);
}

/// <summary>What is wrong with a form, on top of it, each line leading to its field. Nothing while all is well.</summary>
[HtmlTargetElement("error-summary", TagStructure = TagStructure.WithoutEndTag)]
public sealed class ErrorSummaryTagHelper(Language language, HtmlEncoder encoder) : TagHelper
{
    [ViewContext, HtmlAttributeNotBound] public ViewContext View { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var errors = View.ModelState.Where(e => e.Value!.Errors.Count > 0).ToList();
        if (errors.Count == 0) { output.SuppressOutput(); return; }
        var items = errors.SelectMany(e => e.Value!.Errors.Select(x => Item(e.Key, x.ErrorMessage)));
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "notice bad");
        output.Attributes.SetAttribute("role", "alert");
        output.Attributes.SetAttribute("tabindex", "-1");
        output.Attributes.SetAttribute("data-focus", "");
        output.Content.SetHtmlContent($"<h2>{language["Не получилось", "There is a problem"]}</h2><ul>{string.Concat(items)}</ul>");
    }

    private string Item(string key, string message)
    {
        var text = encoder.Encode(message);
        return key.Length == 0 ? $"<li>{text}</li>" : $"<li><a href=\"#{encoder.Encode(key.Replace('.', '_'))}\">{text}</a></li>";
    }
}
