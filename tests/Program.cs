using Memento.Tests.Crash;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Memento.Tests;

/// <summary>Runs the tests, or, when a test starts it again as a process of its own, what that test wants to be killed or shut in.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        args is [ChildProcess.Mode, var what, .. var rest] ? await ChildProcess.RunAsync(what, rest)
        : args.Any(arg => arg is "--server" or "--internal-msbuild-node") ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await ConsoleRunner.Run(args);
}
