namespace Memento.Tests.Http;

/// <summary>Bodies that tests send.</summary>
internal static class Bodies
{
    public static string Event(string actor = "ann", string entity = "x", string type = "modified", string more = "") =>
        $$$"""{"type":"{{{type}}}","actor":"{{{actor}}}","changeInfo":{"elementType":"function","entityIds":["{{{entity}}}"],"operation":"modified"}{{{more}}}}""";

    public static string Breaking(string actor = "ann", string entity = "y") => Event(actor, entity, "broke",
        ""","stateTransition":{"from":"working","to":"broken","verifiedBy":"test","confidence":0.9},"impact":{"severity":"high","perfDelta":-7,"testsFailed":["t1"]}""");

    public static string Many(int count, string actor = "ann") => $"[{string.Join(',', Enumerable.Range(1, count).Select(i => Event(actor, $"x{i}")))}]";
}
