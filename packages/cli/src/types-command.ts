import { relative } from 'node:path'
import { openCommandProject } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { stopOnInterrupt } from './supervision/stop-signal.js'
import { formatName } from './terminal/format-value.js'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'
import { inferSource } from './types/infer-source.js'
import { renderColumns } from './types/render-columns.js'
import { type TypesFile, writeTypesFile } from './types/write-types-file.js'

export interface TypesCommandOptions extends GlobalOptions {
  readonly infer?: string
  readonly rows?: number
  readonly set: Readonly<Record<string, string>>
  readonly json?: boolean
}

/** `maestro types`. */
export async function types(options: TypesCommandOptions): Promise<void> {
  const { infer, json = false } = options
  const opened = await openCommandProject(options)
  try {
    if (infer === undefined) {
      const file = await writeTypesFile(opened.project)
      if (file.state === 'foreign') throw cliError('MAESTRO_CLI_TYPES_FILE', { path: file.path })
      if (json) printJson(file)
      else print(`${describeTypesFile(file)}\n`)
    } else {
      const inferred = await inferSource(opened, infer, { rows: options.rows, set: options.set }, stopOnInterrupt())
      if (json) printJson(inferred)
      else print(renderColumns(inferred))
    }
  } finally {
    await opened.project.dispose()
  }
}

function describeTypesFile({ path, state, types }: TypesFile): string {
  const names = [...Object.keys(types.servings), ...Object.keys(types.vectorStores)].map(formatName)
  const lines = [
    `${relative('.', path)} ${state === 'written' ? 'written' : 'is up to date'}`,
    `  types of: ${[...types.modules, ...types.definitions.map(({ name }) => name)].join(', ') || 'no plugin'}`,
    `  servings and stores: ${names.join(', ') || 'none'}`,
  ]
  if (types.untyped.length > 0)
    lines.push(`  without types: ${types.untyped.join(', ')} (their plugins do not export typed definitions of them)`)
  return lines.join('\n')
}
