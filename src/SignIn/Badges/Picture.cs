using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Badges;

/// <summary>One of the sixteen things that children choose from. They differ in outline and in colour, and their names in both languages begin with
/// nothing alike, so that nobody takes one for another by eye, by ear or in print without colours.</summary>
internal sealed record Picture(string Word, string Russian, string English)
{
    internal static IReadOnlyList<Picture> All { get; } =
    [
        new("cat", "кошка", "cat"), new("house", "дом", "house"), new("sun", "солнце", "sun"), new("fish", "рыба", "fish"),
        new("tree", "ёлка", "fir tree"), new("car", "машина", "car"), new("apple", "яблоко", "apple"), new("key", "ключ", "key"),
        new("ball", "мяч", "ball"), new("boat", "кораблик", "boat"), new("flower", "цветок", "flower"), new("umbrella", "зонт", "umbrella"),
        new("moon", "луна", "moon"), new("mushroom", "гриб", "mushroom"), new("butterfly", "бабочка", "butterfly"), new("drum", "барабан", "drum"),
    ];

    public string Url => $"/pictures/{Word}.svg";

    public string Name(Language l) => l[Russian, English];
}
