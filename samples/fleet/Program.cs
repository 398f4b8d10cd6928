using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text;
using Memento;
using Memento.Samples.Fleet;

const int interrupted = 130;

if (args is [AgentProcess.Verb, var name, var server]) return await AgentProcess.RunAsync(name, new(server));

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var line = DemoOptions.Command(RunAsync).Parse(args);
if (line.Action is ParseErrorAction)
{
    await Console.Error.WriteLineAsync($"fleet: {string.Join(' ', line.Errors.Select(e => e.Message))} --help says what there is.");
    return DemoException.WrongUsage;
}

try
{
    return await line.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("fleet: Stopped; nothing is left behind.");
    return interrupted;
}
catch (Exception e) when (e is DemoException or MementoException or ServerUnreachableException)
{
    await Console.Error.WriteLineAsync($"fleet: {e.Message}");
    return (e as DemoException)?.ExitCode ?? DemoException.Failed;
}

static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
{
    await using var demo = new Demo(options, new(TimeProvider.System), TimeProvider.System);
    var isGood = await demo.RunAsync(cancellationToken);
    if (options.Keep) await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return isGood ? 0 : DemoException.Failed;
}

// The agents are told by the end of their input, in order; see AgentProcess.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
