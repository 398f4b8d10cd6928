namespace Merging.Json.Arrays;

/// <summary>
/// The things in three versions of an array, each with a number: an element that the versions share, an element that one side added,
/// or a run of elements that is merged as a whole. Numbers below the base's length belong to things of the base.
/// </summary>
internal sealed class ArrayThings
{
    private const int None = SideMatch.None;

    private readonly ArrayVersions _elements;
    private readonly Dictionary<int, (Stretch Base, Stretch Ours, Stretch Theirs)> _runs = [];
    private readonly int[] _oursAt;
    private readonly int[] _theirsAt;

    private ArrayThings(ArrayVersions elements)
    {
        _elements = elements;
        var count = elements.Base.Count + elements.Ours.Count + elements.Theirs.Count;
        (_oursAt, _theirsAt) = (new int[count], new int[count]);
        Array.Fill(_oursAt, None);
        Array.Fill(_theirsAt, None);
    }

    /// <summary>The things of each version, in its order.</summary>
    public List<int> BaseOrder { get; } = [];

    /// <inheritdoc cref="BaseOrder"/>
    public List<int> OurOrder { get; } = [];

    /// <inheritdoc cref="BaseOrder"/>
    public List<int> TheirOrder { get; } = [];

    /// <summary>Numbers the things.</summary>
    /// <param name="runs">Runs of replaced elements.</param>
    /// <param name="added">Pairs of indexes in ours and theirs: the same thing, added by both.</param>
    public static ArrayThings Of(
        ArrayVersions elements, SideMatch ours, SideMatch theirs,
        List<(Stretch Base, Stretch Ours, Stretch Theirs)> runs, IEnumerable<(int Ours, int Theirs)> added)
    {
        var things = new ArrayThings(elements);
        var (n, o) = (elements.Base.Count, elements.Ours.Count);
        var (ofOurs, ofTheirs) = (Numbers(ours, n), Numbers(theirs, n + o));
        foreach (var (inOurs, inTheirs) in added) ofTheirs[inTheirs] = ofOurs[inOurs];
        int[] ofBase = [.. Enumerable.Range(0, n)];
        foreach (var run in runs) things.Collapse(run, ofBase, ofOurs, ofTheirs);

        things.BaseOrder.AddRange(ofBase.Where(thing => thing != None));
        things.OurOrder.AddRange(ofOurs.Where(thing => thing != None));
        things.TheirOrder.AddRange(ofTheirs.Where(thing => thing != None));
        for (var i = 0; i < ofOurs.Length; i++)
            if (ofOurs[i] != None) things._oursAt[ofOurs[i]] = i;
        for (var i = 0; i < ofTheirs.Length; i++)
            if (ofTheirs[i] != None) things._theirsAt[ofTheirs[i]] = i;
        return things;
    }

    public bool IsInBase(int thing) => thing < _elements.Base.Count;

    /// <summary>Returns the run of elements that a thing stands for; null if the thing is a single element.</summary>
    public ArrayVersions? RunOf(int thing) => _runs.TryGetValue(thing, out var run)
        ? new(Some(_elements.Base, run.Base), Some(_elements.Ours, run.Ours), Some(_elements.Theirs, run.Theirs))
        : null;

    public JsonPart? BaseOf(int thing) => IsInBase(thing) ? _elements.Base[thing] : null;

    public JsonPart? OursOf(int thing) => _oursAt[thing] is not None and var at ? _elements.Ours[at] : null;

    public JsonPart? TheirsOf(int thing) => _theirsAt[thing] is not None and var at ? _elements.Theirs[at] : null;

    private static int[] Numbers(SideMatch match, int firstNew)
    {
        var numbers = new int[match.OfSide.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = match.OfSide[i] is not None and var b ? b : firstNew + i;
        return numbers;
    }

    /// <summary>Makes a run one thing, which stands in each version where the run's first element stood.</summary>
    private void Collapse((Stretch Base, Stretch Ours, Stretch Theirs) run, int[] ofBase, int[] ofOurs, int[] ofTheirs)
    {
        var thing = run.Base.Start;
        _runs.Add(thing, run);
        Replace(ofBase, run.Base);
        Replace(ofOurs, run.Ours);
        Replace(ofTheirs, run.Theirs);

        void Replace(int[] numbers, Stretch some)
        {
            Array.Fill(numbers, None, some.Start, some.Length);
            if (some.Length > 0) numbers[some.Start] = thing;
        }
    }

    private static List<JsonPart> Some(List<JsonPart> elements, Stretch some) => elements.GetRange(some.Start, some.Length);
}
