import { examples, globalOptions, type Register } from './command.js'

/** `maestro doctor` */
export const register: Register = (program, exit) => {
  program
    .command('doctor')
    .description(
      'check the machine and the project: config, plugins, servings and other components, every pipeline, folders, TypeScript settings; the exit code is 1 if a check fails',
    )
    .summary('check the machine and the project, and say what to do')
    .option('--ask', 'send one small question to each serving, which costs a few tokens')
    .option('--json', 'print the checks as one JSON object')
    .addHelpText(
      'after',
      examples(
        'maestro doctor',
        'maestro doctor --ask',
        'maestro doctor --json | jq \'.checks[] | select(.status != "ok")\'',
      ),
    )
    .action(async (options: { readonly ask?: boolean; readonly json?: boolean }) => {
      const { doctor } = await import('../doctor-command.js')
      exit(await doctor({ ...options, ...globalOptions(program) }))
    })
}
