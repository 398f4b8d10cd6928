namespace Memento.Tests.Grains.Journaling;

/// <summary>Runs continuations at once where their task completes, so that a test has one thread and one order of events, as a grain has.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private static readonly OneThread Instance = new();

    /// <summary>Begins a test. The caller must be the test's async method, which ends it when it returns.</summary>
    public static void Begin() => SetSynchronizationContext(Instance);

    public override void Post(SendOrPostCallback d, object? state)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            d(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
