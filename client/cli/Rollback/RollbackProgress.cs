using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli.Rollback;

/// <summary>How far a rollback is, on stderr: a bar on a terminal, the lines of its log elsewhere.</summary>
internal static class RollbackProgress
{
    /// <param name="isSilent">Show nothing: a program reads every state.</param>
    /// <param name="work">Is given where to report to.</param>
    public static Task ShowAsync(Terminal terminal, bool isSilent, Func<Action<RollbackView>, Task> work)
    {
        if (isSilent) return work(_ => { });
        var log = new NewLines();
        if (!terminal.ErrorIsTerminal) return work(view => log.Take(view, entry => terminal.Error.WriteLine(Line(entry))));

        return terminal.ErrorConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("Rolling back");
                bar.IsIndeterminate = true;
                await work(view =>
                {
                    bar.IsIndeterminate = view is { IsOver: false, TotalChanges: 0 };
                    bar.Description = Markup.Escape($"{Format.Number(view.AppliedChanges)} of {Format.Count(view.TotalChanges, "document", "documents")}");
                    bar.Value = view.Progress;
                    log.Take(view, entry =>
                    {
                        if (entry.Level is LogSeverity.Warn or LogSeverity.Error) terminal.ErrorConsole.WriteLine(Line(entry));
                    });
                });
            });
    }

    public static string Line(RollbackLogEntry entry) => $"{Format.Time(entry.Timestamp)}  {Format.Name(entry.Level),-5}  {Format.Clean(entry.Message)}";

    /// <summary>Tells the lines of logs that were not there before. A log keeps its newest lines only, so they are not simply counted.</summary>
    private sealed class NewLines
    {
        private RollbackLogEntry? _last;

        public void Take(RollbackView view, Action<RollbackLogEntry> tell)
        {
            var seen = _last is null ? -1 : view.Log.LastIndexOf(_last);
            for (var i = seen + 1; i < view.Log.Length; i++) tell(view.Log[i]);
            if (!view.Log.IsEmpty) _last = view.Log[^1];
        }
    }
}
