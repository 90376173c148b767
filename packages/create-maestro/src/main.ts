import { MaestroError } from '@maestro-dataflow/core'
import { Command, CommanderError, Option } from 'commander'
import {
  init,
  installPackages,
  type ProjectTemplate,
  printMessage,
  projectTemplates,
  reportError,
  version,
} from 'maestro-dataflow/init'
import type { Answers, Given, Wish } from './ask.js'
import { createError, wrongUse } from './errors.js'
import { makePlugin } from './plugin/make-plugin.js'
import { type PluginKind, pluginKinds } from './plugin/plugin-kinds.js'
import { showPlugin } from './show-plugin.js'

interface Options {
  readonly template?: ProjectTemplate
  readonly plugin?: PluginKind
  readonly install?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const kinds = Object.keys(pluginKinds) as PluginKind[]

/**
 * Runs `npm create maestro`.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 stopped by the user
 */
export async function main(parameters: readonly string[]): Promise<number> {
  let code = 0
  // This is known before the parameters are parsed, so that an error in them is reported in the requested form.
  const json = parameters.includes('--json')
  const program = new Command('create-maestro')
    .description('Makes a MaestroDataflow project, or a plugin with tests that are ready to publish.')
    .version(version())
    .argument('[folder]', 'the folder, which gives the package its name')
    .addOption(new Option('--template <template>', 'make a project').choices(projectTemplates))
    .addOption(new Option('--plugin <kind>', 'make a plugin').choices(kinds).conflicts('template'))
    .option('--install', 'run npm install in it')
    .option('--no-install', 'do not ask whether to run npm install')
    .option('--yes', 'keep the files that a project’s folder already has, and write the others')
    .option('--json', 'print what was written, or the error, as one JSON object; asks nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  npm create maestro@latest\n  npm create maestro@latest my-project -- --template rag\n  npm create maestro@latest maestro-plugin-weather -- --plugin operator',
    )
    .exitOverride()
    .configureOutput({ writeErr: (text) => (json ? undefined : printMessage(text)) })
    .action(async (folder: string | undefined, options: Options) => {
      code = await create(folder, options)
    })
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError && (thrown.exitCode === 0 || !json)) return thrown.exitCode === 0 ? 0 : 2
    const error =
      thrown instanceof CommanderError
        ? createError('MAESTRO_CREATE_USAGE', { reason: thrown.message.replace(/^error: /, '') })
        : thrown
    const exit = reportError(error, { json, verbose: false })
    return MaestroError.is(error) && wrongUse.has(error.code) ? 2 : exit
  }
}

async function create(folder: string | undefined, options: Options): Promise<number> {
  const { yes = false, json = false } = options
  const answers = await decide({ folder, wish: wishOf(options), install: options.install }, json)
  if (answers === undefined) return 130
  const { wish, install } = answers
  if ('template' in wish) {
    await init(answers.folder, { template: wish.template, yes, install, json })
    return 0
  }
  const made = await makePlugin(answers.folder, wish.plugin)
  if (install) await installPackages(made.directory)
  showPlugin(made, { install, json })
  return 0
}

function wishOf({ template, plugin }: Options): Wish | undefined {
  if (template !== undefined) return { template }
  return plugin === undefined ? undefined : { plugin }
}

/** Asks on a terminal; otherwise, the options decide, and packages are not installed unless they say so. */
async function decide(given: Given, json: boolean): Promise<Answers | undefined> {
  const complete = given.folder !== undefined && given.wish !== undefined && given.install !== undefined
  if (process.stdin.isTTY && process.stdout.isTTY && !json && !complete) {
    const { ask } = await import('./ask.js')
    return ask(given)
  }
  const { folder = '.', wish, install = false } = given
  if (wish === undefined) throw createError('MAESTRO_CREATE_CHOICE', { templates: projectTemplates, plugins: kinds })
  return { folder, wish, install }
}
