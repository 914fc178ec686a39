namespace Aupd.Demo.Region;

/// <summary>A school of the demo region. The figures of the state schools are those of the curators' table of 2021.</summary>
/// <param name="Staff">Column "Всего УЗ": how many staff records the school has.</param>
/// <param name="Teaches">False for the methodical centre, which has staff and no pupils.</param>
internal sealed record DemoSchool(string NsiId, string EkisId, string ShortName, int Staff, string District, bool IsState = true,
    bool Teaches = true)
{
    // 40 pupils per 3 staff: what a city school comes to.
    public int Pupils => Teaches ? Staff * 40 / 3 : 0;
}

internal static class DemoSchools
{
    public const string StateFounder = "Департамент образования и науки города Москвы";
    public const string PrivateFounder = "АНО «Тополёк»";

    public const string Small856 = "4185", School1515 = "1090", School1249 = "778", School1583 = "741", School656 = "3027",
        School1413 = "1201",
        School953 = "535", School1159 = "1365", Bibirevo = "31928309", Digital = "903", Veshnyaki = "479", Topolyok = "990001";

    public static IReadOnlyList<DemoSchool> All { get; } =
    [
        new(Small856, "12852", "ГБОУ Школа № 856", 17, "szao"),
        new("6208", "10165", "ГБОУ Школа № 374", 37, "yuzao"),
        new(School1515, "13829", "ГБОУ Школа № 1515", 153, "zao"),
        new(School1249, "13890", "ГБОУ Школа № 1249", 85, "sao"),
        new("562", "13138", "ГКОУ КШИ № 11", 1, "svao"),
        new(School1583, "13699", "ГБОУ Школа № 1583", 319, "sao"),
        new(School656, "12652", "ГБОУ Школа № 656 имени А.С. Макаренко", 234, "sao"),
        new(School1413, "13728", "ГБОУ Школа № 1413", 358, "svao"),
        new(School953, "13247", "ГБОУ Школа № 953", 345, "svao"),
        new("653", "13107", "ГАОУ ДПО \"ТемоЦентр\"", 300, "cao", Teaches: false),
        new("325", "13840", "ГБОУ Школа № 402 имени Алии Молдагуловой", 11, "vao"),
        new(School1159, "13371", "ГБОУ Школа № 1159", 214, "yuao"),
        new(Bibirevo, "14252", "ГБОУ Школа Бибирево", 356, "svao"),
        new(Digital, "14051", "ГБОУ Цифровая школа", 40, "zelao"),
        new(Veshnyaki, "14041", "ГБОУ Вешняковская школа", 554, "vao"),
        new("1249", "13330", "ГБОУ СКШ № 869", 14, "yuvao"),
        new("1311", "13249", "ГБОУ Школа № 932", 17, "yuao"),
        new("672", "13776", "ГБОУ Школа № 446", 12, "vao"),
        new(Topolyok, "99001", "ЧОУ «Школа \"Тополёк\"»", 24, "zao", IsState: false),
    ];
}
