// Adds to package-lock.json the builds for other systems that a registry mirror did not offer. npm leaves them out of
// the lock file, and `npm ci` then stops with "Missing ... from lock file", here and on those systems.
// An added entry has no hash: only the system that it is for ever fetches it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const path = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const overrides = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).overrides ?? {}
const systems = new Map(
  Object.entries({
    darwin: 'darwin',
    mac: 'darwin',
    win32: 'win32',
    win: 'win32',
    linux: 'linux',
    android: 'android',
    freebsd: 'freebsd',
  }),
)
const processors = ['arm64', 'x64', 'riscv64', 'arm']

/** Reads system and processor from a name such as `@scope/mac-arm64-metal`. @param {string} name */
function platformOf(name) {
  const words = name.split('/').at(-1)?.split('-') ?? []
  const os = words.map((word) => systems.get(word)).find((system) => system !== undefined)
  const cpu = processors.find((processor) => words.includes(processor))
  return os === undefined || cpu === undefined ? undefined : { os, cpu, musl: words.includes('musl') }
}

/** @type {string[]} */
const added = []
for (const [owner, entry] of Object.entries(lock.packages)) {
  if (owner === '') continue
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[`${owner}/${place}`] !== undefined || lock.packages[place] !== undefined) continue
    const alias = /^npm:(.+)@([^@]+)$/.exec(overrides[name] ?? '')
    const platform = platformOf(alias?.[1] ?? name)
    if (platform === undefined) throw new Error(`Which system is ${name} for? Its name does not say.`)
    lock.packages[place] = {
      ...(alias === null ? {} : { name: alias[1] }),
      version: alias?.[2] ?? range,
      cpu: [platform.cpu],
      ...(entry.dev === true ? { dev: true } : {}),
      ...(platform.musl ? { libc: ['musl'] } : {}),
      optional: true,
      os: [platform.os],
    }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
if (added.length > 0) console.log(`Added to the lock file: ${added.join(', ')}`)
