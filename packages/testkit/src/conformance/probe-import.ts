import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What an import left behind. */
export interface ImportTraces {
  readonly globals: readonly string[]
  readonly resources: readonly string[]
}

const milliseconds = 60_000

/** Prints what importing a package leaves behind, after a turn of the event loop. */
const script = (name: string) => `
// Importing node:process opens the standard streams, which other modules of Node do as well.
import process from 'node:process'
const globals = () => Reflect.ownKeys(globalThis).map(String)
const before = globals()
const open = process.getActiveResourcesInfo()
await import(${JSON.stringify(name)})
await new Promise((resolve) => setImmediate(resolve))
const added = globals().filter((name) => !before.includes(name))
const resources = process.getActiveResourcesInfo().filter((kind) => {
  const known = open.indexOf(kind)
  return known < 0 || open.splice(known, 1).length === 0
})
process.stdout.write(JSON.stringify({ globals: added, resources }), () => process.exit())`

/**
 * Imports a built package by its name in a separate process, and returns what would keep the process alive.
 *
 * @param packageFile The path of its package.json.
 */
export async function probeImport(packageFile: URL): Promise<ImportTraces> {
  const path = fileURLToPath(packageFile)
  const { name } = JSON.parse(await readFile(path, 'utf8')) as { name: string }
  const parameters = ['--no-warnings', '--input-type=module', '--eval', script(name)]
  const options = { cwd: dirname(path), timeout: milliseconds }
  const { stdout } = await promisify(execFile)(process.execPath, parameters, options)
  const traces: ImportTraces = JSON.parse(stdout)
  // zod has two, so that several copies of it share one configuration.
  return { ...traces, globals: traces.globals.filter((global) => !/^__zod_global/.test(global)) }
}
