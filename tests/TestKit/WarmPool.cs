using System.Reflection;
using System.Threading.Channels;
using Aupd.Web.Sites;
using Npgsql;

namespace Aupd.TestKit;

/// <summary>Npgsql hands out the connection that has been idle longest, so that a site's requests, one after another, go through all that a race of thirty
/// has opened, and PostgreSQL reads its catalogue and plans each statement anew in every one: a quarter of its processor time in a run. A site of the tests
/// lives for seconds: here the oldest connection goes first, and the others are for races, as before.</summary>
public static class WarmPool
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Before anyone has asked for a connection a second time.</summary>
    public static void OldestFirst(this SharedParts shared)
    {
        OldestFirst(shared.Source);
        OldestFirst(shared.Hot.Source);
    }

    // The line of idle connections is Npgsql's own: an Npgsql that keeps it elsewhere is only slower here.
    private static void OldestFirst(NpgsqlDataSource source)
    {
        var pool = source.GetType();
        while (pool is not null && pool.Name != "PoolingDataSource") pool = pool.BaseType;
        var reader = pool?.GetField("_idleConnectorReader", Hidden);
        var writer = pool?.GetFields(Hidden).SingleOrDefault(f => f.FieldType.IsGenericType && f.FieldType.GetGenericTypeDefinition() == typeof(ChannelWriter<>));
        var number = reader?.FieldType.GetGenericArguments()[0].GetProperty("BackendProcessId", Hidden);
        if (reader is null || writer is null || number?.PropertyType != typeof(int)) return;
        typeof(WarmPool).GetMethod(nameof(Replace), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(number.DeclaringType!).Invoke(null, [source, reader, writer, number]);
    }

    private static void Replace<TConnection>(NpgsqlDataSource source, FieldInfo reader, FieldInfo writer, PropertyInfo number) where TConnection : class
    {
        var process = number.GetMethod!.CreateDelegate<Func<TConnection, int>>();
        var line = Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<TConnection?>
        {
            // Nothing in the line stands for a place that has become free; whoever takes it looks again.
            Comparer = Comparer<TConnection?>.Create((a, b) => (a is null ? int.MaxValue : process(a)).CompareTo(b is null ? int.MaxValue : process(b))),
        });
        var before = (ChannelReader<TConnection?>)reader.GetValue(source)!;
        reader.SetValue(source, line.Reader);
        writer.SetValue(source, line.Writer);
        while (before.TryRead(out var idle)) line.Writer.TryWrite(idle);
    }
}
