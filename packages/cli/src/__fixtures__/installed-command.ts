import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const packageFolder = join(import.meta.dirname, '../..')
const modules = join(packageFolder, '../../node_modules')

/**
 * Installs the command in a folder, with its dependencies and some other packages.
 *
 * @returns the path of its executable
 */
export function installCommand(folder: string, packages: readonly string[] = []): string {
  const installed = join(folder, 'node_modules')
  for (const part of ['package.json', 'bin', 'lib'])
    cpSync(join(packageFolder, part), join(installed, 'maestro-dataflow', part), { recursive: true })
  for (const name of ['commander', 'string-width', '@maestro-dataflow/core', ...packages]) {
    mkdirSync(dirname(join(installed, name)), { recursive: true })
    symlinkSync(realpathSync(join(modules, name)), join(installed, name), 'junction')
  }
  return join(installed, 'maestro-dataflow/bin/maestro.js')
}
