using Memento.Workspaces;

namespace Memento.Samples.Fleet;

/// <summary>
/// What befalls one agent in the middle of its work. It sits in the server and sees every write of documents. When a third of the files is done, the next agent that has written a draft
/// is killed before it hears that the draft is written; at the latest the one that writes the last file's first draft. So a half-written draft is left, however fast the machine is and however few the files are.
/// </summary>
/// <param name="files">How many there are.</param>
/// <param name="strike">Kills the agent of that name; is over when it is dead.</param>
internal sealed class Accident(int files, Func<string, Task> strike) : IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private int _done;
    private bool _over;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Grain is IWorkspaceGrain && context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is WriteDocuments { AgentId: { } agent } write && IsTheMoment(write)) await strike(agent);
    }

    private bool IsTheMoment(WriteDocuments write)
    {
        lock (_lock)
        {
            if (write.Operations is not [{ Kind: DocumentKind.Metadata, Op: DocumentOp.Put } draft])
            {
                if (write.Operations.Any(o => o.Kind is DocumentKind.Entity)) _done++;
                return false;
            }

            _begun.Add(draft.Id);
            if (_over || _done < files / 3 && _begun.Count < files) return false;
            return _over = true;
        }
    }
}
