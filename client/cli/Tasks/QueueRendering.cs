using System.Globalization;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary>One queue, for people.</summary>
internal static class QueueRendering
{
    public static void Write(Terminal terminal, QueueView q)
    {
        var s = q.Settings;
        Tables.WritePairs(terminal,
            ("Queue", Format.Clean(q.Name)),
            ("Gives out", s.Paused ? $"nothing: it is paused; otherwise {Format.Name(s.Strategy)}" : Format.Name(s.Strategy)),
            ("Waiting", Format.Number(q.Queued)),
            ("With agents", $"{Format.Number(q.Assigned + q.Running)}, {Format.Number(q.Running)} of them begun"),
            ("So far", $"{Format.Number(q.Submitted)} submitted, {Format.Number(q.Completed)} completed, {Format.Number(q.Failed)} failed, {Format.Number(q.Cancelled)} cancelled"),
            ("Stale calls", Format.Number(q.Refused)),
            ("Ageing", s.AgeingSeconds == 0 ? "none; priority alone counts" : $"{Number(s.AgeingSeconds)} s of waiting weigh as much as one step of priority"),
            ("Fair by", s.FairBy is FairShare.None ? "nobody" : Format.Name(s.FairBy)),
            ("Weights", s.Weights.IsEmpty ? "–" : Format.Few([.. s.Weights.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key}={Number(w.Value)}")], 20)),
            ("Attempts", $"{s.MaxAttempts}, for tasks that do not say"),
            ("Backoff", $"{Format.Milliseconds(s.BackoffMs)}, each further pause {Number(s.BackoffFactor)} times longer, at most {Format.Milliseconds(s.MaxBackoffMs)}, ±{Number(s.BackoffJitter * 100)} %"),
            ("Claim", $"an agent must begin within {Format.Milliseconds(s.ClaimMs)}"),
            ("Created", Format.Time(q.CreatedAt)));
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
