using Spectre.Console;

namespace Memento.Cli.Git;

/// <summary>A line now and then, for logs and pipes.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider clock) : IImportProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private string _stage = "";
    private long _lastLine = clock.GetTimestamp();

    public void Stage(string name)
    {
        lock (_lock)
        {
            (_stage, _lastLine) = (name, clock.GetTimestamp());
            writer.WriteLine(name + " …");
        }
    }

    public void Note(string text)
    {
        lock (_lock) writer.WriteLine(text);
    }

    public void Report(long done, long total)
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_lastLine) < Pause) return;
            _lastLine = clock.GetTimestamp();
            writer.WriteLine(total > 0 ? $"{_stage}: {Format.Number(done)} of {Format.Number(total)} commits ({100 * done / total} %)" : $"{_stage}: {Format.Number(done)} commits");
        }
    }
}

/// <summary>A bar, for a terminal.</summary>
internal sealed class BarProgress(ProgressContext context, IAnsiConsole console) : IImportProgress
{
    private ProgressTask? _task;

    public void Stage(string name)
    {
        if (_task is { } before)
        {
            before.IsIndeterminate = false;
            before.Value = before.MaxValue;
            before.StopTask();
        }

        _task = context.AddTask(Markup.Escape(name));
        _task.IsIndeterminate = true;
    }

    public void Note(string text) => console.WriteLine(text);

    public void Report(long done, long total)
    {
        if (_task is not { } task || total == 0) return;
        task.IsIndeterminate = false;
        task.MaxValue = total;
        task.Value = done;
    }

    /// <summary>Runs work under a bar on the terminal.</summary>
    public static Task RunAsync(IAnsiConsole console, Func<IImportProgress, Task> work) => console.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var bar = new BarProgress(context, console);
            await work(bar);
            if (bar._task is { } last) last.Value = last.MaxValue;
        });
}
