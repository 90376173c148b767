import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What an import left behind. */
export interface ImportTraces {
  readonly globals: readonly string[]
  /** The objects of the language and of Node that it changed, such as prototypes. */
  readonly changes: readonly string[]
  readonly environment: readonly string[]
  readonly files: readonly string[]
  readonly resources: readonly string[]
}

const milliseconds = 60_000

/** Prints what importing a package leaves behind, after a turn of the event loop. */
const script = (name: string, folder: string) => `
// Importing node:process opens the standard streams, which other modules of Node do as well.
import process from 'node:process'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import os from 'node:os'
import childProcess from 'node:child_process'

const globals = () => Reflect.ownKeys(globalThis).map(String)

/** The own properties of built-in objects and of their prototypes, without calling a getter. */
const builtIn = () => {
  const found = new Map()
  const add = (name, object) => {
    if (object === null || (typeof object !== 'object' && typeof object !== 'function')) return
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key) ?? {}
      found.set(name + '.' + String(key), [value, get, set])
    }
  }
  const modules = { fs, http, https, path, os, childProcess }
  for (const [name, object] of Object.entries(modules)) add(name, object)
  for (const name of before) {
    const { value } = Reflect.getOwnPropertyDescriptor(globalThis, name) ?? {}
    if (value === globalThis || name === 'process') continue
    add(name, value)
    add(name + '.prototype', value?.prototype)
  }
  for (const value of [async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), new Uint8Array()])
    add('the prototype of ' + Object.prototype.toString.call(value), Object.getPrototypeOf(value))
  for (const event of process.eventNames()) found.set('the listeners of process for ' + String(event), [process.listenerCount(event)])
  found.set('process.exitCode', [process.exitCode])
  found.set('the working directory', [process.cwd()])
  return found
}
const differing = (one, other) => [...other].filter(([name, parts]) => {
  const known = one.get(name)
  return known === undefined || parts.some((part, index) => !Object.is(part, known[index]))
}).map(([name]) => name).concat([...one.keys()].filter((name) => !other.has(name)))
const stats = (folder) => new Map(fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
  .map((entry) => path.join(entry.parentPath, entry.name))
  .map((file) => [file, [fs.statSync(file).mtimeMs, fs.statSync(file).size]]))
const files = () => new Map([...stats(start), ...stats(${JSON.stringify(folder)})])

const before = globals()
const start = process.cwd()
process.chdir(${JSON.stringify(folder)})
const [objectsBefore, filesBefore, environmentBefore] = [builtIn(), files(), new Map(Object.entries(process.env).map(([name, value]) => [name, [value]]))]
const open = process.getActiveResourcesInfo()
await import(${JSON.stringify(name)})
await new Promise((resolve) => setImmediate(resolve))
const added = globals().filter((name) => !before.includes(name))
const resources = process.getActiveResourcesInfo().filter((kind) => {
  const known = open.indexOf(kind)
  return known < 0 || open.splice(known, 1).length === 0
})
const traces = {
  globals: added,
  changes: differing(objectsBefore, builtIn()),
  environment: differing(environmentBefore, new Map(Object.entries(process.env).map(([name, value]) => [name, [value]]))),
  files: differing(filesBefore, files()),
  resources,
}
process.stdout.write(JSON.stringify(traces), () => process.exit())`

/**
 * Imports a built package by its name in a separate process, and returns what would keep the process alive.
 *
 * @param packageFile The path of its package.json.
 */
export async function probeImport(packageFile: URL): Promise<ImportTraces> {
  const path = fileURLToPath(packageFile)
  const { name } = JSON.parse(await readFile(path, 'utf8')) as { name: string }
  // What a package writes into the home folder or beside other temporary files is found here.
  const folder = await mkdtemp(join(tmpdir(), 'maestro-import-'))
  const parameters = ['--no-warnings', '--input-type=module', '--eval', script(name, folder)]
  const env = { ...process.env, HOME: folder, USERPROFILE: folder, TMPDIR: folder, TEMP: folder, TMP: folder }
  const options = { cwd: dirname(path), env, timeout: milliseconds }
  let traces: ImportTraces
  try {
    const { stdout } = await promisify(execFile)(process.execPath, parameters, options)
    traces = JSON.parse(stdout)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  // zod has two, so that several copies of it share one configuration.
  return { ...traces, globals: traces.globals.filter((global) => !/^__zod_global/.test(global)) }
}
