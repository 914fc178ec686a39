using Aupd.Portal.Passwords;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Support;

internal static class HeldGate
{
    /// <summary>A hash that is under way until <paramref name="hold"/> is set. A gate of little patience may turn even the first one away, when its
    /// thread is slow to wake up: then another is sent.</summary>
    public static Task<Task<GateResult<int>>> HeldAsync(this HashGate gate, ManualResetEventSlim hold) =>
        Eventually.GetAsync("a hash that is under way", async () =>
        {
            var begun = new TaskCompletionSource();
            var hash = gate.RunAsync(() => { begun.SetResult(); hold.Wait(); return 0; });
            await Task.WhenAny(begun.Task, hash);
            return begun.Task.IsCompleted ? hash : null;
        });
}
