import { examples, globalOptions, type Register } from './command.js'

interface PluginOptions {
  readonly json?: boolean
  readonly yes?: boolean
  readonly write?: boolean
}

/** `maestro plugin` */
export const register: Register = (program, exit) => {
  const plugin = program
    .command('plugin')
    .description('add a plugin to this project, accept what it asks for, or check one before it is published')
  plugin
    .command('add <package>')
    .description(
      'install a plugin, show what it contributes and what it asks for, and put it into the config\n\n' +
        'PACKAGE is what npm installs: a name, a name with a version, a folder, or a tarball. Its code is not run.',
    )
    .summary('install a plugin and put it into the config')
    .option('--yes', 'accept what it asks for')
    .option('--json', 'print what was done, or the error, as one JSON object')
    .addHelpText(
      'after',
      examples('maestro plugin add @maestro-dataflow/plugin-db', 'maestro plugin add ./my.tgz --yes'),
    )
    .action(async (specification: string, options: PluginOptions) => {
      const { addPlugin } = await import('../plugin-add-command.js')
      await addPlugin(specification, { ...options, ...globalOptions(program) })
    })
  plugin
    .command('allow [names...]')
    .description(
      'accept what installed plugins ask for now (default: all in the config), and record it in maestro.lock.json',
    )
    .summary('accept what installed plugins ask for')
    .option('--json', 'print what was accepted, or the error, as one JSON object')
    .addHelpText('after', examples('maestro plugin allow maestro-plugin-weather'))
    .action(async (names: readonly string[], options: PluginOptions) => {
      const { allowPlugins } = await import('../plugin-allow-command.js')
      await allowPlugins(names, { ...options, ...globalOptions(program) })
    })
  plugin
    .command('check [folder]')
    .description(
      'check the package of a plugin (default: this folder) before it is published: the manifest, the versions of core, the types, the packed files, and the rules of the testkit; exit with 1 if a check fails',
    )
    .summary('check the package of a plugin before it is published')
    .option('--write', 'write the manifest first')
    .option('--json', 'print the checks, or the error, as one JSON object')
    .addHelpText('after', examples('maestro plugin check', 'maestro plugin check --write'))
    .action(async (folder: string | undefined, options: PluginOptions) => {
      const { checkPlugin } = await import('../plugin-check-command.js')
      exit(await checkPlugin(folder ?? '.', options))
    })
}
