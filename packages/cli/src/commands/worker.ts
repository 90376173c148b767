import type { WorkerCommandOptions, WorkersCommandOptions } from '../worker-command.js'
import { examples, globalOptions, type Register } from './command.js'
import { wholeNumber } from './parameters.js'

/** `maestro worker` and `maestro workers` */
export const register: Register = (program) => {
  program
    .command('worker')
    .description('take part in the runs of the project, until it is stopped')
    .option('--concurrency <n>', 'partitions at once', wholeNumber, 1)
    .option('--tags <tags...>', 'what this worker can do that not every worker can, such as gpu')
    .addHelpText('after', examples('maestro worker', 'maestro worker --concurrency 4', 'maestro worker --tags gpu'))
    .action(async (options: WorkerCommandOptions) => {
      const { work } = await import('../worker-command.js')
      await work({ ...options, ...globalOptions(program) })
    })
  program
    .command('workers')
    .description('list the workers of the project, and what each does')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('maestro workers', 'maestro workers --json'))
    .action(async (options: WorkersCommandOptions) => {
      const { listWorkers } = await import('../worker-command.js')
      await listWorkers({ ...options, ...globalOptions(program) })
    })
}
