return await Memento.MementoHost.RunAsync(args, Console.Out, Console.Error);
