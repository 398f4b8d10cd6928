namespace Merging.Json.Arrays;

/// <summary>
/// The items in three versions of an array, each with a number: an element that the versions share, an element that one side added,
/// or a run of elements that is merged as a whole. Numbers below the base's length belong to items of the base.
/// </summary>
internal sealed class ArrayItems
{
    private const int None = SideMatch.None;

    private readonly ArrayVersions _elements;
    private readonly Dictionary<int, (IndexRange Base, IndexRange Ours, IndexRange Theirs)> _runs = [];
    private readonly int[] _oursAt;
    private readonly int[] _theirsAt;

    private ArrayItems(ArrayVersions elements)
    {
        _elements = elements;
        var count = elements.Base.Count + elements.Ours.Count + elements.Theirs.Count;
        (_oursAt, _theirsAt) = (new int[count], new int[count]);
        Array.Fill(_oursAt, None);
        Array.Fill(_theirsAt, None);
    }

    /// <summary>The items of each version, in its order.</summary>
    public List<int> BaseOrder { get; } = [];

    /// <inheritdoc cref="BaseOrder"/>
    public List<int> OurOrder { get; } = [];

    /// <inheritdoc cref="BaseOrder"/>
    public List<int> TheirOrder { get; } = [];

    /// <summary>Numbers the items.</summary>
    /// <param name="runs">Runs of replaced elements.</param>
    /// <param name="added">Pairs of indexes in ours and theirs: the same item, added by both.</param>
    public static ArrayItems Of(
        ArrayVersions elements, SideMatch ours, SideMatch theirs,
        List<(IndexRange Base, IndexRange Ours, IndexRange Theirs)> runs, IEnumerable<(int Ours, int Theirs)> added)
    {
        var items = new ArrayItems(elements);
        var (n, o) = (elements.Base.Count, elements.Ours.Count);
        var (ofOurs, ofTheirs) = (Numbers(ours, n), Numbers(theirs, n + o));
        foreach (var (inOurs, inTheirs) in added) ofTheirs[inTheirs] = ofOurs[inOurs];
        int[] ofBase = [.. Enumerable.Range(0, n)];
        foreach (var run in runs) items.Collapse(run, ofBase, ofOurs, ofTheirs);

        items.BaseOrder.AddRange(ofBase.Where(item => item != None));
        items.OurOrder.AddRange(ofOurs.Where(item => item != None));
        items.TheirOrder.AddRange(ofTheirs.Where(item => item != None));
        for (var i = 0; i < ofOurs.Length; i++)
            if (ofOurs[i] != None) items._oursAt[ofOurs[i]] = i;
        for (var i = 0; i < ofTheirs.Length; i++)
            if (ofTheirs[i] != None) items._theirsAt[ofTheirs[i]] = i;
        return items;
    }

    public bool IsInBase(int item) => item < _elements.Base.Count;

    /// <summary>Whether some items stand for runs of elements.</summary>
    public bool HaveRuns => _runs.Count > 0;

    /// <summary>Returns the run of elements that an item stands for; null if the item is a single element.</summary>
    public ArrayVersions? RunOf(int item) => _runs.TryGetValue(item, out var run)
        ? new(Some(_elements.Base, run.Base), Some(_elements.Ours, run.Ours), Some(_elements.Theirs, run.Theirs))
        : null;

    public JsonPart? BaseOf(int item) => IsInBase(item) ? _elements.Base[item] : null;

    public JsonPart? OursOf(int item) => _oursAt[item] is not None and var at ? _elements.Ours[at] : null;

    public JsonPart? TheirsOf(int item) => _theirsAt[item] is not None and var at ? _elements.Theirs[at] : null;

    private static int[] Numbers(SideMatch match, int firstNew)
    {
        var numbers = new int[match.OfSide.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = match.OfSide[i] is not None and var b ? b : firstNew + i;
        return numbers;
    }

    /// <summary>Makes a run one item, which stands in each version where the run's first element stood.</summary>
    private void Collapse((IndexRange Base, IndexRange Ours, IndexRange Theirs) run, int[] ofBase, int[] ofOurs, int[] ofTheirs)
    {
        var item = run.Base.Start;
        _runs.Add(item, run);
        Replace(ofBase, run.Base);
        Replace(ofOurs, run.Ours);
        Replace(ofTheirs, run.Theirs);

        void Replace(int[] numbers, IndexRange some)
        {
            Array.Fill(numbers, None, some.Start, some.Length);
            if (some.Length > 0) numbers[some.Start] = item;
        }
    }

    private static List<JsonPart> Some(List<JsonPart> elements, IndexRange some) => elements.GetRange(some.Start, some.Length);
}
