using Memento.Agents;
using Memento.Workspaces;
using Microsoft.Extensions.Hosting;

namespace Memento.Samples.Fleet;

/// <summary>
/// An agent: a program of its own that takes tasks of the type <c>index</c>, reads the file that each names, and writes what it finds into the workspace that the fleet shares.
/// The host registers it, says that it lives, receives tasks, and says what came out of them. An agent of your own begins as a copy of this file.
/// </summary>
internal sealed class IndexingAgent(string name, Uri server)
{
    private const int LinesPerDraft = 100;

    public async Task RunAsync(CancellationToken stop)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMementoClient(o => o.Url = server);
        builder.Services.AddMementoAgent(o =>
        {
            o.AgentId = name;
            o.MaxLoad = 2;
            o.HeartbeatInterval = DemoServer.HeartbeatInterval;
        }).Handle<IWorkspaceClient>("index", IndexAsync);
        using var host = builder.Build();
        await host.RunAsync(stop);
    }

    /// <summary>Does one task. The draft is named by the task and the token of its assignment: should this agent be taken for dead, whoever has the task then writes another one.</summary>
    private async Task<JsonText?> IndexAsync(IWorkspaceClient workspace, AgentTask task, CancellationToken cancellationToken)
    {
        var file = IndexTask.Of(task.Task);
        var draft = new DocumentKey(DocumentKind.Metadata, $"draft/{file.Path}/{task.Task.Token}");
        var index = new TextIndex(file.Path);
        try
        {
            await foreach (var lines in File.ReadLinesAsync(file.FullName, cancellationToken).Chunk(LinesPerDraft).WithCancellation(cancellationToken))
            {
                index.Add(lines);
                await task.ProgressAsync(index.Progress, cancellationToken);
                await WriteAsync(workspace, [Put(draft, index)], cancellationToken);
            }

            await WriteAsync(workspace, [Put(file.Document, index), Delete(draft)], cancellationToken);   // both or neither
            return index.Progress;
        }
        catch
        {
            await ClearAwayAsync(workspace, draft);   // the task is lost, or will be tried again; only who dies leaves a draft
            throw;
        }
    }

    private async Task ClearAwayAsync(IWorkspaceClient workspace, DocumentKey draft)
    {
        try
        {
            await WriteAsync(workspace, [Delete(draft)], CancellationToken.None);
        }
        catch (MementoException e) when (e.Code is Codes.DocumentNotFound)
        {
            return;   // it had not come that far
        }
    }

    private Task<WriteResult> WriteAsync(IWorkspaceClient workspace, DocumentOperation[] operations, CancellationToken cancellationToken) =>
        workspace.WriteAsync(new() { AgentId = name, Operations = [.. operations] }, cancellationToken: cancellationToken);

    private static DocumentOperation Put(DocumentKey key, TextIndex index) => new() { Op = DocumentOp.Put, Kind = key.Kind, Id = key.Id, Value = index.ToDocument() };

    private static DocumentOperation Delete(DocumentKey key) => new() { Op = DocumentOp.Delete, Kind = key.Kind, Id = key.Id };
}
