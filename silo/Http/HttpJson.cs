using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Operations;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento.Http;

/// <summary>The JSON that only HTTP speaks; everything else is in <see cref="MementoJson"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(BatchBody))]
[JsonSerializable(typeof(CancelBody))]
internal sealed partial class HttpJson : JsonSerializerContext;
