import { Option } from 'commander'
import { examples, globalOptions, type Register } from './command.js'

interface PluginsOptions {
  readonly json?: boolean
  readonly check?: boolean
  readonly write?: boolean
}

/** `maestro plugins` */
export const register: Register = (program, exit) => {
  program
    .command('plugins [name]')
    .description(
      'show the configured plugins: what they contribute, what they may use, and which pipelines load them\n\n' +
        'NAME is a plugin, or something that one contributes, such as fs.file: then its options are shown. Only for that a package’s code is loaded.\n\n' +
        'With --check or --write, for authors of plugins, NAME is the folder of a package (default: this one), and no project is needed.',
    )
    .summary('show the plugins, what they contribute, and the options of one thing')
    .option('--json', 'print it, or the error, as JSON')
    .option(
      '--check',
      'compare the manifest in a package.json with what the code contributes; exit with 1 when they differ',
    )
    .addOption(new Option('--write', 'write that manifest').conflicts('check'))
    .addHelpText(
      'after',
      examples(
        'maestro plugins',
        'maestro plugins @maestro-dataflow/plugin-ai',
        'maestro plugins ai.generate',
        'maestro plugins --write',
      ),
    )
    .action(async (name: string | undefined, { check = false, write = false, ...options }: PluginsOptions) => {
      if (check || write) {
        const { manifest } = await import('../manifest-command.js')
        exit(await manifest(name ?? '.', { ...options, write }))
        return
      }
      const { plugins } = await import('../plugins-command.js')
      await plugins(name, { ...options, ...globalOptions(program) })
    })
}
