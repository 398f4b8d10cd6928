using System.Runtime.InteropServices;
using Memento.Cli;

using var interruption = new Interruption();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = interruption.Interrupt());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = interruption.Interrupt());
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = interruption.HangUp());
return await CommandLine.RunAsync(args, Terminal.OfProcess(interruption), interruption.Stop);
