using System.Buffers;

namespace Aupd.Registries.Matching.Bulk;

/// <summary>Judges every account on all cores and writes the verdicts in the order of the accounts.</summary>
internal sealed class WriteVerdicts(Population population, MatchEngine engine, MatchSummary summary, CancellationToken ct)
{
    /// <summary>Accounts in one piece of work: enough to be worth a turn, few enough to share out evenly.</summary>
    private const int Piece = 1 << 13;
    private const int PiecesPerCore = 4;

    private readonly int _pieces = (population.Accounts.Length + Piece - 1) / Piece;
    private readonly ParallelOptions _parallel = new() { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount };

    public void Run(Stream file)
    {
        Parallel.For(0, _pieces, _parallel, () => new MatchEngine.Desk(), (piece, _, desk) =>
        {
            engine.Claim(piece * Piece, End(piece), desk);
            return desk;
        }, _ => { });

        var header = new ArrayBufferWriter<byte>();
        header.Line("account_id", "role", "record_id", "org_nsi_id", "verdict", "reason", "hint");
        file.Write(header.WrittenSpan);
        var buffers = new ArrayBufferWriter<byte>[Environment.ProcessorCount * PiecesPerCore];
        for (var i = 0; i < buffers.Length; i++) buffers[i] = new ArrayBufferWriter<byte>(1 << 16);
        for (var first = 0; first < _pieces; first += buffers.Length)
        {
            var from = first;
            var count = Math.Min(buffers.Length, _pieces - first);
            Parallel.For(0, count, _parallel, () => (Desk: new MatchEngine.Desk(), Counts: new VerdictCounts()), (i, _, mine) =>
            {
                Judge((from + i) * Piece, End(from + i), buffers[i], mine.Desk, mine.Counts);
                return mine;
            }, mine => summary.Verdicts(mine.Counts));
            for (var i = 0; i < count; i++)
            {
                file.Write(buffers[i].WrittenSpan);
                buffers[i].ResetWrittenCount();
            }
        }
    }

    private int End(int piece) => Math.Min((piece + 1) * Piece, population.Accounts.Length);

    private void Judge(int fromAccount, int toAccount, ArrayBufferWriter<byte> csv, MatchEngine.Desk desk, VerdictCounts counts)
    {
        for (var account = fromAccount; account < toAccount; account++)
        {
            engine.Judge(account, desk);
            var id = population.Accounts[account].Id;
            foreach (var finding in desk.Findings)
            {
                ref readonly var record = ref population.Records[finding.Record];
                var matches = finding.Reason == Reason.None;
                csv.Line(id, Words.Of(finding.Role), record.Id, record.School, matches ? Words.Match : Words.NoMatch,
                    matches ? "" : Words.Of(finding.Reason), finding.Hint);
                counts.Add(finding);
            }
            if (desk.Findings.Count > 0) continue;
            csv.Line(id, Words.NoRole, "", "", Words.NoMatch, Words.NoRecord, Hint.None);
            counts.AddNone();
        }
    }
}
