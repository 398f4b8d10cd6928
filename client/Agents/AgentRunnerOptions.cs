using System.ComponentModel.DataAnnotations;

namespace Memento.Agents;

/// <summary>What an agent is, and how it works.</summary>
public sealed class AgentRunnerOptions
{
    /// <summary>Its name in the workspace.</summary>
    public string AgentId { get; set; } = "";

    /// <summary>What kind of agent it is, for people. Default <c>worker</c>.</summary>
    public string Type { get; set; } = "worker";

    /// <summary>What it can do.</summary>
    public IList<string> Capabilities { get; } = [];

    /// <summary>The types of tasks that it takes. Default none, which means all; a host takes those that it has handlers for.</summary>
    public IList<string> TaskTypes { get; } = [];

    /// <summary>0 to 10; queues that choose by priority prefer higher ones.</summary>
    [Range(0, 10)]
    public int Priority { get; set; }

    /// <summary>Tasks that it works on at a time. Default 1.</summary>
    [Range(1, 10_000)]
    public int MaxLoad { get; set; } = 1;

    /// <summary>How often it says that it lives, and of each task that it goes on. Default 10 s, or as often as the server wants to hear it if that is more often.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call waits for work. Default 20 s; at most 30, and less than <see cref="MementoClientOptions.RequestTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan ReceiveWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>When it is stopped: how long running tasks may take until they are cancelled; such attempts have failed. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of tasks that an earlier process of this agent held.</summary>
    public ReturnPolicy OnReturn { get; set; }

    internal AgentRunnerOptions Checked()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (Names.Problem(AgentId) is { } problem) throw new ValidationException($"AgentId {problem}.");
        return this;
    }
}
