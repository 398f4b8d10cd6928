using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;

namespace Memento.Core.Coordination;

/// <summary>The stored JSON of tasks, queues and agents: camelCase, absent instead of null, durations in milliseconds, no type names.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNameCaseInsensitive = false,
    Converters = [typeof(UtcTimeConverter), typeof(MillisecondsConverter)])]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(TaskEvent.Submitted), TypeInfoPropertyName = "TaskSubmitted")]
[JsonSerializable(typeof(TaskEvent.BodyStored), TypeInfoPropertyName = "TaskBodyStored")]
[JsonSerializable(typeof(TaskEvent.Imported), TypeInfoPropertyName = "TaskImported")]
[JsonSerializable(typeof(TaskEvent.Assigned), TypeInfoPropertyName = "TaskAssigned")]
[JsonSerializable(typeof(TaskEvent.Started), TypeInfoPropertyName = "TaskStarted")]
[JsonSerializable(typeof(TaskEvent.Progressed), TypeInfoPropertyName = "TaskProgressed")]
[JsonSerializable(typeof(TaskEvent.Completed), TypeInfoPropertyName = "TaskCompleted")]
[JsonSerializable(typeof(TaskEvent.AttemptFailed), TypeInfoPropertyName = "TaskAttemptFailed")]
[JsonSerializable(typeof(TaskEvent.Failed), TypeInfoPropertyName = "TaskFailed")]
[JsonSerializable(typeof(TaskEvent.Released), TypeInfoPropertyName = "TaskReleased")]
[JsonSerializable(typeof(TaskEvent.Cancelled), TypeInfoPropertyName = "TaskCancelled")]
[JsonSerializable(typeof(TaskEvent.Redriven), TypeInfoPropertyName = "TaskRedriven")]
[JsonSerializable(typeof(TaskEvent.DependencySatisfied), TypeInfoPropertyName = "TaskDependencySatisfied")]
[JsonSerializable(typeof(TaskEvent.StaleReportRejected), TypeInfoPropertyName = "TaskStaleReportRejected")]
[JsonSerializable(typeof(QueueState))]
[JsonSerializable(typeof(QueueEvent.Configured), TypeInfoPropertyName = "QueueConfigured")]
[JsonSerializable(typeof(QueueEvent.TasksSubmitted), TypeInfoPropertyName = "QueueTasksSubmitted")]
[JsonSerializable(typeof(AgentState))]
[JsonSerializable(typeof(AgentEvent.Registered), TypeInfoPropertyName = "AgentRegistered")]
[JsonSerializable(typeof(AgentEvent.StatusChanged), TypeInfoPropertyName = "AgentStatusChanged")]
[JsonSerializable(typeof(AgentEvent.Died), TypeInfoPropertyName = "AgentDied")]
[JsonSerializable(typeof(AgentEvent.Returned), TypeInfoPropertyName = "AgentReturned")]
[JsonSerializable(typeof(AgentEvent.Removed), TypeInfoPropertyName = "AgentRemoved")]
public sealed partial class CoordinationJson : JsonSerializerContext;
