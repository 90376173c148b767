import { examples, globalOptions, type Register } from './command.js'

interface PluginsOptions {
  readonly json?: boolean
}

/** `maestro plugins` */
export const register: Register = (program) => {
  program
    .command('plugins [name]')
    .description(
      'show the configured plugins: what they contribute, what they may use, and which pipelines load them\n\n' +
        'NAME is a plugin, or something that one contributes, such as fs.file: then its options are shown. Only for that a package’s code is loaded.',
    )
    .summary('show the plugins, what they contribute, and the options of one thing')
    .option('--json', 'print it, or the error, as JSON')
    .addHelpText(
      'after',
      examples('maestro plugins', 'maestro plugins @maestro-dataflow/plugin-ai', 'maestro plugins ai.generate'),
    )
    .action(async (name: string | undefined, options: PluginsOptions) => {
      const { plugins } = await import('../plugins-command.js')
      await plugins(name, { ...options, ...globalOptions(program) })
    })
}
