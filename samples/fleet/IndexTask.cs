using System.Text.Json.Nodes;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento.Samples.Fleet;

/// <summary>One task: one file.</summary>
/// <param name="Path">Relative to the folder that is indexed, with forward slashes; the id of the task and of the finished document too.</param>
/// <param name="FullName">Where to read it.</param>
internal sealed record IndexTask(string Path, string FullName)
{
    public const string Type = "index";

    /// <summary>The finished document.</summary>
    public DocumentKey Document => new(DocumentKind.Entity, Path);

    public SubmitTask ToSubmit() => new()
    {
        Type = Type, TaskId = Path, RequiredCapabilities = [Type], Payload = JsonText.Parse(new JsonObject { ["path"] = Path, ["file"] = FullName }.ToJsonString()),
    };

    public static IndexTask Of(ReceivedTask task)
    {
        var payload = JsonNode.Parse(task.Payload!.Text)!;
        return new((string)payload["path"]!, (string)payload["file"]!);
    }
}
