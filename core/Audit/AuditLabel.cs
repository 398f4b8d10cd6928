namespace Memento.Audit;

/// <summary>Who or what an entry of a workspace's journal is about. Stored as <see cref="ToString"/>; must not change.</summary>
/// <param name="Kind">A letter; 0 = nobody.</param>
/// <param name="Name">The name.</param>
public readonly record struct AuditLabel(char Kind, string? Name)
{
    public static AuditLabel Agent(string? name) => name is null ? default : new('a', name);

    public static AuditLabel Session(string? name) => name is null ? default : new('s', name);

    public static AuditLabel Operation(string? name) => name is null ? default : new('o', name);

    public static AuditLabel Point(string? name) => name is null ? default : new('p', name);

    public override string ToString() => $"{Kind}:{Name}";
}
