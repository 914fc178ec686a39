using Aupd.Bench;
using Aupd.Bench.Provider;
using Aupd.Bench.Workplace;

// One command per benchmark, each a file of its own: dotnet run -c Release --project bench -- import [rows]
return args switch
{
    ["import", .. var rest] => await ImportBenchmark.RunAsync(rest),
    ["rematch", .. var rest] => await RematchBenchmark.RunAsync(rest),
    ["match", .. var rest] => MatchBenchmark.Run(rest),
    ["provider", .. var rest] => await ProviderBenchmark.RunAsync(rest),
    ["workplace", .. var rest] => await WorkplaceBenchmark.RunAsync(rest),
    ["bare", _, _] => await BareEndpoint.RunAsync(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Benchmarks: import [rows, default 450000], match [rows, default 450000], rematch [rows, default 450000] [accounts, default a tenth], provider [--seconds 10] ..., workplace [people, default 10000]");
    return 2;
}
