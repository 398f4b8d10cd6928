using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento.Cli.Workspaces;

/// <summary>What is printed for a rollback point that is gone.</summary>
internal sealed record DeletedPoint(string RollbackPointId, bool Deleted);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DeletedPoint))]
internal sealed partial class WorkspaceJson : JsonSerializerContext;
