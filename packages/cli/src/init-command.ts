import { relative, resolve } from 'node:path'
import { type MadeProject, makeProject } from './init/make-project.js'
import { projectFiles } from './init/project-files.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface InitCommandOptions {
  readonly yes?: boolean
  readonly plain?: boolean
  readonly json?: boolean
}

/** `maestro init`. */
export async function init(folder: string, options: InitCommandOptions): Promise<void> {
  const { yes = false, plain = false, json = false } = options
  const directory = resolve(folder)
  const files = projectFiles({ directory, plain })
  const made = await makeProject(directory, files, { keepExisting: yes })
  if (json) printJson(made, 2)
  else print(describeProject(made, plain))
}

function describeProject({ directory, written, kept, install }: MadeProject, plain: boolean): string {
  const { bold, warn } = styleFor(process.stdout)
  const folder = relative('.', directory)
  const list = (files: readonly string[]) => files.map((file) => `  ${file}`)
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./@:\\-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    install.length === 0 ? 'npm install' : `npm install ${install.join(' ')}`,
    'npx maestro run hello',
  ]
  return [
    written.length === 0 ? 'Nothing was written.' : bold(`Written in ${folder === '' ? 'this folder' : folder}:`),
    ...list(written),
    ...(kept.length === 0 ? [] : [warn('Kept as they were:'), ...list(kept)]),
    '',
    bold('Next:'),
    ...list(steps),
    ...(plain ? [] : ['', 'The first run fetches a tiny model (98 MB) that answers in this process.']),
    '',
  ].join('\n')
}
