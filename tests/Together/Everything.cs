using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Aupd.Together.Everything", "Aupd.Together")]

namespace Aupd.Together;

/// <summary>The tests of every <c>*.Tests</c> project in this one process: the service is compiled, the cluster made and its template migrated once
/// and not once per project, which was a third of a run. Filters, reports, fixtures and collections are xunit's own.</summary>
public sealed class Everything(IMessageSink log) : XunitTestFramework(log)
{
    protected override ITestFrameworkDiscoverer CreateDiscoverer(IAssemblyInfo assembly) =>
        new XunitTestFrameworkDiscoverer(new AllProjects(assembly), SourceInformationProvider, DiagnosticMessageSink);

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assembly) => new Executor(assembly, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor : XunitTestFrameworkExecutor
    {
        internal Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink log) : base(assembly, sources, log) =>
            AssemblyInfo = new AllProjects(AssemblyInfo);

        protected override void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(testCases, new LongestFirst.Watch(executionMessageSink), executionOptions);
    }

    /// <summary>This assembly with the types of the projects' own; each type goes on to say where it really is.</summary>
    private sealed class AllProjects(IAssemblyInfo here) : LongLivedMarshalByRefObject, IReflectionAssemblyInfo
    {
        private readonly IAssemblyInfo[] _projects = [.. Directory.GetFiles(AppContext.BaseDirectory, "Aupd.*.Tests.dll").Order(StringComparer.Ordinal)
            .Select(f => Reflector.Wrap(Assembly.Load(Path.GetFileNameWithoutExtension(f))))];

        public Assembly Assembly => typeof(Everything).Assembly;
        public string AssemblyPath => here.AssemblyPath;
        public string Name => here.Name;
        public IEnumerable<IAttributeInfo> GetCustomAttributes(string assemblyQualifiedAttributeTypeName) => here.GetCustomAttributes(assemblyQualifiedAttributeTypeName);
        public ITypeInfo? GetType(string typeName) => _projects.Select(p => p.GetType(typeName)).FirstOrDefault(t => t is not null);
        public IEnumerable<ITypeInfo> GetTypes(bool includePrivateTypes) => _projects.SelectMany(p => p.GetTypes(includePrivateTypes));
    }
}
