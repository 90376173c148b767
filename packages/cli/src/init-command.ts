import { relative, resolve } from 'node:path'
import { staysCommonJs } from './init/complete-package.js'
import { installPackages } from './init/install-packages.js'
import { type MadeProject, makeProject } from './init/make-project.js'
import { projectFiles } from './init/project-files.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface InitCommandOptions {
  readonly yes?: boolean
  readonly plain?: boolean
  readonly install?: boolean
  readonly json?: boolean
}

/** `maestro init`. */
export async function init(folder: string, options: InitCommandOptions): Promise<void> {
  const { yes = false, plain = false, install = false, json = false } = options
  const directory = resolve(folder)
  const files = projectFiles({ directory, plain, commonJs: staysCommonJs(directory) })
  const made = await makeProject(directory, files, { keepExisting: yes })
  if (install) await installPackages(directory)
  if (json) printJson({ ...made, installed: install }, 2)
  else print(describeProject(made, { plain, install }))
}

function describeProject(
  { directory, written, kept, completed }: MadeProject,
  { plain, install }: { readonly plain: boolean; readonly install: boolean },
): string {
  const { bold, warn } = styleFor(process.stdout)
  const folder = relative('.', directory)
  const list = (files: readonly string[]) => files.map((file) => `  ${file}`)
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./@:\\-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    ...(install ? [] : ['npm install']),
    'npx maestro run hello',
  ]
  return [
    written.length === 0 ? 'Nothing was written.' : bold(`Written in ${folder === '' ? 'this folder' : folder}:`),
    ...list(written),
    ...(completed === undefined ? [] : describeCompleted(completed)),
    ...(kept.length === 0 ? [] : [warn('Kept as they were:'), ...list(kept)]),
    '',
    bold('Next:'),
    ...list(steps),
    ...(plain ? [] : ['', 'The first run fetches a tiny model (98 MB) that answers in this process.']),
    '',
  ].join('\n')
}

function describeCompleted({ added, typeChanged }: NonNullable<MadeProject['completed']>): readonly string[] {
  return [
    ...(added.length === 0 ? [] : [`Added to package.json: ${added.join(', ')}`]),
    ...(typeChanged ? ['Set "type": "module" in package.json, so that .ts and .js files may use import.'] : []),
  ]
}
