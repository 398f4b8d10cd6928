namespace Memento.Tests.Crash.Histories;

/// <summary>The whole program as a process of its own, with a fleet that is soon missed.</summary>
internal static class HistorySilo
{
    public static Task<int> RunAsync(string target, string url)
    {
        var isFolder = Path.IsPathRooted(target);
        Environment.SetEnvironmentVariable(isFolder ? "Memento__DataDirectory" : "Memento__ConnectionStrings__PostgreSql", target);   // not as an argument, which others can see
        return MementoHost.RunAsync(
            [
                $"--urls={url}", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", $"--Memento:Store={(isFolder ? "sqlite" : "postgresql")}", "--Memento:Tasks:SweepInterval=00:00:00.5",
                $"--Memento:Agents:HeartbeatInterval={HistoryFleet.Heartbeat}", $"--Memento:Agents:HeartbeatTimeout={HistoryFleet.Heartbeat * 4}",
            ],
            Console.Out, Console.Error);
    }
}
