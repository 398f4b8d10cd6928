namespace Memento.Operations;

/// <summary>The command line: settings, and two switches.</summary>
internal static class Usage
{
    public const string Text = """
        Memento: the shared memory of a fleet of agents.

        Usage: memento-silo [--urls URL] [--migrate] [--Memento:NAME=VALUE …]

          --urls URL                               HTTP address (default http://127.0.0.1:5080); only addresses of this machine
          --migrate                                bring a PostgreSQL schema up to date, then start
          --Memento:DataDirectory=DIR              folder of the embedded store (default ./data)
          --Memento:Store=sqlite|postgresql        the store (default sqlite)
          --Memento:ConnectionStrings:PostgreSql=… where PostgreSQL is
          --Memento:Clustering=localhost|redis     how silos find each other (default localhost)
          --Memento:ConnectionStrings:Redis=…      where Redis is
          --Memento:SiloPort=N, --Memento:GatewayPort=N   Orleans ports (default 11111, 30000; 0 = any free one)
          --Memento:Sqlite:Synchronous=full|normal when the embedded store waits for the disk (default full)
          --Memento:Journal:Writers=N, …:RetryFor=HH:MM:SS, …:SnapshotInterval=N, …:MaxWaiting=N
          --Memento:Sessions:DefaultTtl=HH:MM:SS, …:GraceTtl, …:CheckpointInterval=N, …:MaxEvents=N
          --Memento:Sessions:FailureSnapshots=true|false, …:Retention=D.HH:MM:SS, …:DeletedRetention
          --Memento:Workspaces:History=D.HH:MM:SS, …:PointTtl, …:MaxPoints=N, …:MaxPointsPerSession=N, …:MaxDocumentBytes=N, …:Audit
          --Memento:Rollback:RecoveryTtl=D.HH:MM:SS, …:MaxAge, …:MaxDocuments=N, …:MaxAtomicBytes=N, …:Protected:0=PATTERN
          --Memento:Agents:HeartbeatInterval=HH:MM:SS, …:HeartbeatTimeout, …:MaxMissedHeartbeats=N, …:PhiThreshold=N
          --Memento:Tasks:MaxBatch=N, …:MaxPayloadLength=N, …:MaxResultLength=N, …:MaxOpenPerQueue=N
          --Memento:Http:MaxBodyBytes=N            largest request body (default 8 MiB)
          --Logging:LogLevel:Default=Debug         say more, also when the start fails

        OTEL_EXPORTER_OTLP_ENDPOINT sends figures and traces there by OTLP; other OTEL_… variables are heeded.
        These are the most used; docs/README.md says where all are, with their defaults and ranges.
        Every setting can also be an environment variable (Memento__Store=…) or in appsettings.json.
        SESSION_DEFAULT_TTL, SESSION_GRACE_TTL (seconds), SESSION_CHECKPOINT_INTERVAL, SESSION_MAX_EVENTS,
        SESSION_ENABLE_FAILURE_SNAPSHOTS and REDIS_URL are understood too; a Memento setting wins.
        """;

    /// <summary>Turns switches into settings. Throws <see cref="StartupException"/> for what is neither.</summary>
    public static string[] Expand(string[] args)
    {
        var expanded = new List<string>(args.Length);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--migrate") { expanded.Add("--Memento:Migrate=true"); continue; }
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) throw new StartupException($"\"{args[i]}\" is no setting; --help shows what there is.");
            expanded.Add(args[i]);
            if (args[i].Contains('=', StringComparison.Ordinal)) continue;
            if (i + 1 == args.Length) throw new StartupException($"\"{args[i]}\" has no value; --help shows what there is.");
            expanded.Add(args[++i]);
        }

        return [.. expanded];
    }
}
