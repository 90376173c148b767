import { relative, resolve } from 'node:path'
import { staysCommonJs } from './init/complete-package.js'
import { installPackages } from './init/install-packages.js'
import { type MadeProject, makeProject } from './init/make-project.js'
import { startCommands } from './init/package-json.js'
import { type ProjectTemplate, projectFiles } from './init/project-files.js'
import { type ModelProvider, modelProvider } from './models/model-providers.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

/** The options of `maestro init`. */
export interface InitCommandOptions {
  readonly yes?: boolean
  /** @default 'ai' */
  readonly template?: ProjectTemplate
  /** The provider of the model, if it is not the embedded one. */
  readonly provider?: string
  readonly install?: boolean
  readonly json?: boolean
}

/** `maestro init`. */
export async function init(folder: string, options: InitCommandOptions): Promise<void> {
  const { yes = false, template = 'ai', install = false, json = false } = options
  const directory = resolve(folder)
  const provider = options.provider === undefined ? undefined : modelProvider(options.provider)
  const files = projectFiles({ directory, template, provider, commonJs: staysCommonJs(directory) })
  const made = await makeProject(directory, files, { keepExisting: yes })
  if (install) await installPackages(directory)
  if (json) printJson({ ...made, installed: install }, 2)
  else print(describeProject(made, { template, install, provider, config: configIn(files) }))
}

function describeProject(
  { directory, written, kept, completed }: MadeProject,
  given: {
    readonly template: ProjectTemplate
    readonly install: boolean
    readonly provider: ModelProvider | undefined
    /** The config of the template. */
    readonly config: string
  },
): string {
  const { template, install, provider, config } = given
  const { bold, warn } = styleFor(process.stdout)
  const folder = relative('.', directory)
  const list = (files: readonly string[]) => files.map((file) => `  ${file}`)
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./@:\\-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    ...(install ? [] : ['npm install']),
    ...startCommands(template).map((command) => `npx ${command}`),
  ]
  return [
    written.length === 0 ? 'Nothing was written.' : bold(`Written in ${folder === '' ? 'this folder' : folder}:`),
    ...list(written),
    ...(completed === undefined ? [] : describeCompleted(completed)),
    ...(kept.length === 0 ? [] : [warn('Kept as they were:'), ...list(kept)]),
    ...(kept.some(isConfig) ? ['', bold('The example needs these settings in your config:'), config.trimEnd()] : []),
    '',
    bold('Next:'),
    ...list(steps),
    ...(template === 'plain' ? [] : ['', provider === undefined ? modelNotes[template] : keyNote(provider)]),
    '',
  ].join('\n')
}

const isConfig = (path: string) => path.startsWith('maestro.config.')

function configIn(files: ReadonlyMap<string, string>): string {
  return files.get([...files.keys()].find(isConfig) ?? '') ?? ''
}

const modelNotes = {
  ai: 'The first run fetches a tiny model (98 MB) that answers in this process.',
  rag: 'The first runs fetch two tiny models (98 MB and 23 MB) that work in this process.',
} as const

function keyNote({ variable, endpoint, model }: ModelProvider): string {
  const named = `The config names the model ${model}.`
  if (variable === undefined) return `${named} Start its server first.`
  const address = endpoint === undefined ? '' : `, and ${endpoint} to its address,`
  return `${named} Set the environment variable ${variable} to your key${address} first.`
}

function describeCompleted({ added, typeChanged }: NonNullable<MadeProject['completed']>): readonly string[] {
  return [
    ...(added.length === 0 ? [] : [`Added to package.json: ${added.join(', ')}`]),
    ...(typeChanged ? ['Set "type": "module" in package.json, so that .ts and .js files may use import.'] : []),
  ]
}
