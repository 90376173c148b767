import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** What one process sees in a package: each value by its place, such as `default.contributions.operators.0.name`. */
type Description = Readonly<Record<string, string>>

const milliseconds = 60_000
const runtime = pathToFileURL(createRequire(import.meta.url).resolve('@maestro-dataflow/core/runtime')).href

/**
 * Prints everything that can be seen of a package: what it exports, and what its plugin contributes.
 *
 * @param far Whether clock, chance, machine, and the variables that the package reads differ from those of this process.
 */
const script = (name: string, packageFolder: string, folder: string, far: boolean) => `
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import process from 'node:process'

const far = ${far}
const later = far ? 40 * 86_400_000 + 7 * 3_600_000 + 23 * 60_000 + 17_345 : 0
const Today = Date
globalThis.Date = new Proxy(Today, {
  construct: (target, given, self) => Reflect.construct(target, given.length ? given : [Today.now() + later], self),
  apply: () => new Today(Today.now() + later).toString(),
  get: (target, key) => (key === 'now' ? () => Today.now() + later : Reflect.get(target, key, target)),
})
let drawn = 0
Math.random = () => {
  drawn = (drawn + 0.3819660113) % 1
  return far ? 1 - drawn : drawn
}
if (far) {
  const readers = process.env
  const own = (line) => line.includes(${JSON.stringify(pathToFileURL(packageFolder).href)}) && !line.includes('node_modules')
  process.env = new Proxy(readers, {
    get: (variables, key) =>
      typeof key === 'string' && own(new Error().stack.split('\\n')[2] ?? '') ? 'elsewhere' : variables[key],
  })
  const { availableParallelism, cpus } = os
  os.hostname = () => 'elsewhere'
  os.availableParallelism = () => availableParallelism() + 1
  os.cpus = () => [...cpus(), cpus()[0]]
  syncBuiltinESMExports()
}

const found = {}
const seen = new Set()
function describe(place, value) {
  if (Object.keys(found).length > 50_000) return
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    found[place] = typeof value === 'string' ? JSON.stringify(value) : String(value)
    return
  }
  if (seen.has(value)) return
  seen.add(value)
  if (typeof value === 'function' || value instanceof RegExp || value instanceof URL) found[place] = String(value)
  if (value instanceof Date) found[place] = value.toISOString()
  const { input } = value['~standard']?.jsonSchema ?? {}
  if (typeof input === 'function') {
    const options = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }
    found[place] = JSON.stringify(input(options))
    return
  }
  const parts = value instanceof Map || value instanceof Set ? Object.entries([...value]) : own(value)
  for (const [key, part] of parts) describe(place + '.' + key, part)
}
function own(value) {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value))
  return properties.filter(([, { get }]) => get === undefined).map(([key, property]) => [key, property.value])
}

process.chdir(${JSON.stringify(folder)})
const exported = await import(${JSON.stringify(name)})
const { default: outer } = exported
const plugin = outer?.default ?? outer
if (typeof plugin?.apply === 'function' && plugin.contributions === undefined) {
  const { maestro } = await import(${JSON.stringify(runtime)})
  // A plugin that requires others is described by what it exports.
  const contributed = await maestro({ plugins: [plugin], logLevel: 'silent' }).contributionsOf(plugin.name).catch(() => [])
  for (const { kind, name, definition } of contributed) describe(kind + '/' + name, definition)
}
for (const [key, value] of Object.entries(exported)) describe(key, value)
process.stdout.write(JSON.stringify(found), () => process.exit())`

/**
 * Imports a built package in two new processes, of which the second seems to run on another machine and another day.
 *
 * @param packageFile The path of its package.json.
 * @returns What differs between them, each in a sentence.
 */
export async function differencesBetweenProcesses(packageFile: URL): Promise<readonly string[]> {
  const path = fileURLToPath(packageFile)
  const { name } = JSON.parse(await readFile(path, 'utf8')) as { name: string }
  const [here, far] = await Promise.all([
    describedIn(name, dirname(path), false),
    describedIn(name, dirname(path), true),
  ])
  return [...new Set([...Object.keys(here), ...Object.keys(far)])]
    .filter((place) => here[place] !== far[place])
    .map((place) => `${place} is ${short(here[place])} in one process and ${short(far[place])} in another`)
}

async function describedIn(name: string, packageFolder: string, far: boolean): Promise<Description> {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-described-'))
  const parameters = ['--no-warnings', '--input-type=module', '--eval', script(name, packageFolder, folder, far)]
  const places = { HOME: folder, USERPROFILE: folder, TMPDIR: folder, TEMP: folder, TMP: folder }
  const machine = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', USER: 'somebody-else' }
  const env = { ...process.env, ...places, ...(far ? machine : {}) }
  const options = { cwd: packageFolder, env, timeout: milliseconds, maxBuffer: 64 * 1024 * 1024 }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, parameters, options)
    return JSON.parse(stdout)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const short = (text = 'missing'): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
