using System.Reflection;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Architecture;

public sealed class GrainInterfaceTests
{
    private static readonly Type[] Interfaces = [.. typeof(ISessionGrain).Assembly.GetExportedTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))];

    [Fact]
    public void There_are_some() => Assert.NotEmpty(Interfaces);

    [Fact]
    public void Every_method_can_be_awaited_or_enumerated_asynchronously()
    {
        Type[] generic = [typeof(Task<>), typeof(ValueTask<>), typeof(IAsyncEnumerable<>)];
        var offenders = Methods().Where(method => method.ReturnType is var answer
            && answer != typeof(Task) && answer != typeof(ValueTask)
            && !(answer.IsGenericType && generic.Contains(answer.GetGenericTypeDefinition())));

        Assert.Empty(offenders.Select(Name));
    }

    /// <summary>Names on the wire that do not follow a renaming in the code.</summary>
    [Fact]
    public void Every_interface_and_method_has_an_alias()
    {
        Assert.Empty(Interfaces.Where(type => type.GetCustomAttribute<AliasAttribute>(inherit: false) is null || type.GetCustomAttribute<GrainInterfaceTypeAttribute>() is null).Select(type => type.Name));
        Assert.Empty(Methods().Where(method => method.GetCustomAttribute<AliasAttribute>() is null).Select(Name));
    }

    [Fact]
    public void Every_method_is_named_async() => Assert.Empty(Methods().Where(method => !method.Name.EndsWith("Async", StringComparison.Ordinal)).Select(Name));

    [Fact]
    public void Every_type_that_travels_has_an_alias_and_numbered_members()
    {
        var travelling = new[] { typeof(Names).Assembly, typeof(ISessionGrain).Assembly }.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && type.Namespace!.StartsWith("Memento", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(travelling);
        Assert.Empty(travelling.Where(type => type.GetCustomAttribute<AliasAttribute>(inherit: false) is null).Select(type => type.Name));
        Assert.Empty(travelling.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(property => property.SetMethod is not null && property.GetCustomAttribute<IdAttribute>() is null)
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}"));
    }

    private static IEnumerable<MethodInfo> Methods() => Interfaces.SelectMany(type => type.GetMethods());

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
