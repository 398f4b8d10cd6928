using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Operations;

namespace Memento.Http;

/// <summary>The JSON that only HTTP speaks; sessions and their parts are in <see cref="MementoJson"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthView))]
internal sealed partial class HttpJson : JsonSerializerContext;
