using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Aupd.Kernel.Jose;

/// <summary>Copies of one key for use by many threads: the BCL does not promise that one instance may be shared.</summary>
internal sealed class KeyPool(Func<AsymmetricAlgorithm> create)
{
    private static readonly int Keep = Environment.ProcessorCount * 2;
    private readonly ConcurrentQueue<AsymmetricAlgorithm> _idle = new();

    public AsymmetricAlgorithm Take() => _idle.TryDequeue(out var one) ? one : create();

    public void GiveBack(AsymmetricAlgorithm one)
    {
        if (_idle.Count < Keep) _idle.Enqueue(one);
        else one.Dispose();
    }
}
