using Ddmq.Cli;
using Ddmq.Cli.Output;

using CliContext context = CliContext.OfProcess();
return await CommandLine.RunAsync(args, context).ConfigureAwait(false);
