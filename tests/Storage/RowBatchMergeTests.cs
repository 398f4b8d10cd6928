using Memento.Storage;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class RowBatchMergeTests
{
    private static readonly RowTable Table = new("counts",
        new("id", ColumnType.Number, ColumnMerge.Key), new("count", ColumnType.Number, ColumnMerge.Add), new("sum", ColumnType.Real, ColumnMerge.Add));

    [Fact]
    public void Any_number_of_changes_of_one_row_add_up_and_keep_their_types()
    {
        var batch = new RowBatch(0);
        for (var i = 0; i < 4; i++) batch.Add(Table.Row(7L, 1L, 0.5));

        Assert.Equal<object?>([7L, 4L, 2.0], Assert.Single(Assert.Single(batch.InOrder()).Rows));
    }
}
