namespace Merging.Sequences;

/// <summary>
/// The linear-space search of E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Paths grow from both corners of
/// the edit graph along its diagonals until they meet. Both halves are then searched in the same way. A point on diagonal d has
/// old index − new index = d.
/// Two cut-offs of GNU diff and git keep costly inputs from taking quadratic time. A path with a long run of equal elements that advanced
/// far for its cost is followed at once. After a number of rounds, the path that advanced furthest is followed. Fewer rounds are made once
/// the budget is spent. A result after a cut-off is correct, but may not be the shortest.
/// </summary>
internal sealed class MyersSearch
{
    /// <summary>Equal elements in a row that make a path promising.</summary>
    private const int LongRun = 20;

    /// <summary>Rounds before a promising path is followed.</summary>
    private const int RoundsBeforePromising = 256;

    /// <summary>Elements per round above which a path has advanced far.</summary>
    private const int FarPerRound = 4;

    private const int MinRoundLimit = 256;

    /// <summary>Rounds for one cut once the budget is spent.</summary>
    private const int RoundsWithoutBudget = 32;

    private const int Unreached = int.MaxValue;

    private readonly int[] _old, _new;
    private readonly int[] _forward, _backward;   // by diagonal: the old index reached
    private readonly int _origin;                 // the index of diagonal 0 in both
    private readonly int _roundLimit;
    private readonly WorkBudget _budget;
    private readonly Stack<Box> _boxes = new();

    public MyersSearch(int[] old, int[] @new, WorkBudget budget)
    {
        (_old, _new, _budget) = (old, @new, budget);
        OldChanged = new bool[old.Length];
        NewChanged = new bool[@new.Length];
        var diagonals = old.Length + @new.Length + 3;
        _forward = new int[diagonals];
        _backward = new int[diagonals];
        _origin = @new.Length + 1;
        _roundLimit = Math.Max(MyersDiff.RoughSquareRoot(diagonals), MinRoundLimit);
    }

    public bool[] OldChanged { get; }
    public bool[] NewChanged { get; }

    /// <summary>
    /// A part of the edit graph. No cut-off is used in an <paramref name="Exact"/> part, whose cost is known to be small.
    /// </summary>
    private readonly record struct Box(int OldFrom, int OldTo, int NewFrom, int NewTo, bool Exact);

    /// <summary>The point at which a box is cut in two, and whether each part must be searched exactly.</summary>
    private readonly record struct Cut(int Old, int New, bool FirstExact, bool SecondExact);

    public void Run()
    {
        _boxes.Push(new(0, _old.Length, 0, _new.Length, Exact: false));
        while (_boxes.TryPop(out var box))
        {
            box = Shrink(box);
            if (box.OldFrom == box.OldTo) NewChanged.AsSpan(box.NewFrom..box.NewTo).Fill(true);
            else if (box.NewFrom == box.NewTo) OldChanged.AsSpan(box.OldFrom..box.OldTo).Fill(true);
            else
            {
                var cut = FindCut(box, _budget.IsSpent ? RoundsWithoutBudget : _roundLimit);
                _boxes.Push(new(cut.Old, box.OldTo, cut.New, box.NewTo, cut.SecondExact));
                _boxes.Push(new(box.OldFrom, cut.Old, box.NewFrom, cut.New, cut.FirstExact));
            }
        }
    }

    private Box Shrink(Box box)
    {
        var (oldFrom, oldTo, newFrom, newTo, _) = box;
        while (oldFrom < oldTo && newFrom < newTo && _old[oldFrom] == _new[newFrom]) (oldFrom, newFrom) = (oldFrom + 1, newFrom + 1);
        while (oldFrom < oldTo && newFrom < newTo && _old[oldTo - 1] == _new[newTo - 1]) (oldTo, newTo) = (oldTo - 1, newTo - 1);
        return new(oldFrom, oldTo, newFrom, newTo, box.Exact);
    }

    private Cut FindCut(Box box, int roundLimit)
    {
        var (least, most) = (box.OldFrom - box.NewTo, box.OldTo - box.NewFrom);
        var forward = new Front(_forward, _origin, box.OldFrom - box.NewFrom, least, most, outside: -1);
        var backward = new Front(_backward, _origin, box.OldTo - box.NewTo, least, most, outside: Unreached);
        forward[forward.Middle] = box.OldFrom;
        backward[backward.Middle] = box.OldTo;
        var meetsForward = ((forward.Middle - backward.Middle) & 1) != 0;   // parity decides which of the two can step onto the other

        for (var round = 1; ; round++)
        {
            forward.Widen();
            _budget.Spend(forward.High - forward.Low + 2);   // both fronts, every second diagonal, and the cost of a round
            if (Advance(box, forward, backward, meetsForward, out var ranLong) is { } met) return met;
            backward.Widen();
            if (Retreat(box, forward, backward, !meetsForward, ref ranLong) is { } met2) return met2;
            if (box.Exact) continue;
            if (ranLong && round > RoundsBeforePromising
                && (PromisingForward(box, forward, round) ?? PromisingBackward(box, backward, round)) is { } promising) return promising;
            if (round >= roundLimit) return Furthest(box, forward, backward);
        }
    }

    private Cut? Advance(Box box, Front forward, Front backward, bool canMeet, out bool ranLong)
    {
        ranLong = false;
        for (var d = forward.High; d >= forward.Low; d -= 2)
        {
            var start = Math.Max(forward[d - 1] + 1, forward[d + 1]);
            var i = start;
            while (i < box.OldTo && i - d < box.NewTo && _old[i] == _new[i - d]) i++;
            ranLong |= i - start > LongRun;
            forward[d] = i;
            if (canMeet && backward.Covers(d) && backward[d] <= i) return new(i, i - d, true, true);
        }

        return null;
    }

    private Cut? Retreat(Box box, Front forward, Front backward, bool canMeet, ref bool ranLong)
    {
        for (var d = backward.High; d >= backward.Low; d -= 2)
        {
            var start = Math.Min(backward[d - 1], backward[d + 1] - 1);
            var i = start;
            while (i > box.OldFrom && i - d > box.NewFrom && _old[i - 1] == _new[i - d - 1]) i--;
            ranLong |= start - i > LongRun;
            backward[d] = i;
            if (canMeet && forward.Covers(d) && i <= forward[d]) return new(i, i - d, true, true);
        }

        return null;
    }

    private Cut? PromisingForward(Box box, Front front, int round)
    {
        var best = 0;
        Cut? cut = null;
        for (var d = front.High; d >= front.Low; d -= 2)
        {
            var (i, j) = (front[d], front[d] - d);
            var gain = i - box.OldFrom + (j - box.NewFrom) - Math.Abs(d - front.Middle);
            if (gain <= FarPerRound * round || gain <= best) continue;
            if (i < box.OldFrom + LongRun || i >= box.OldTo || j < box.NewFrom + LongRun || j >= box.NewTo) continue;
            if (!_old.AsSpan(i - LongRun, LongRun).SequenceEqual(_new.AsSpan(j - LongRun, LongRun))) continue;
            (best, cut) = (gain, new(i, j, true, false));
        }

        return cut;
    }

    private Cut? PromisingBackward(Box box, Front front, int round)
    {
        var best = 0;
        Cut? cut = null;
        for (var d = front.High; d >= front.Low; d -= 2)
        {
            var (i, j) = (front[d], front[d] - d);
            var gain = box.OldTo - i + (box.NewTo - j) - Math.Abs(d - front.Middle);
            if (gain <= FarPerRound * round || gain <= best) continue;
            if (i <= box.OldFrom || i > box.OldTo - LongRun || j <= box.NewFrom || j > box.NewTo - LongRun) continue;
            if (!_old.AsSpan(i, LongRun).SequenceEqual(_new.AsSpan(j, LongRun))) continue;
            (best, cut) = (gain, new(i, j, false, true));
        }

        return cut;
    }

    private static Cut Furthest(Box box, Front forward, Front backward)
    {
        var (done, doneAt) = (-1, -1);
        for (var d = forward.High; d >= forward.Low; d -= 2)
        {
            var i = Math.Min(Math.Min(forward[d], box.OldTo), box.NewTo + d);
            if (done < i + i - d) (done, doneAt) = (i + i - d, i);
        }

        var (left, leftAt) = (Unreached, Unreached);
        for (var d = backward.High; d >= backward.Low; d -= 2)
        {
            var i = Math.Max(Math.Max(backward[d], box.OldFrom), box.NewFrom + d);
            if (i + i - d < left) (left, leftAt) = (i + i - d, i);
        }

        return box.OldTo + box.NewTo - left < done - (box.OldFrom + box.NewFrom)
            ? new(doneAt, done - doneAt, true, false)
            : new(leftAt, left - leftAt, false, true);
    }

    /// <summary>
    /// The furthest points of a direction, on diagonals <see cref="Low"/> to <see cref="High"/>. Each round moves every second one.
    /// </summary>
    private sealed class Front(int[] reached, int origin, int middle, int least, int most, int outside)
    {
        public int Middle { get; } = middle;
        public int Low { get; private set; } = middle;
        public int High { get; private set; } = middle;

        public int this[int diagonal]
        {
            get => reached[origin + diagonal];
            set => reached[origin + diagonal] = value;
        }

        public bool Covers(int diagonal) => Low <= diagonal && diagonal <= High;

        /// <summary>Adds a diagonal at each end, or takes one away where the graph ends.</summary>
        public void Widen()
        {
            if (Low > least) this[--Low - 1] = outside;
            else Low++;
            if (High < most) this[++High + 1] = outside;
            else High--;
        }
    }
}
