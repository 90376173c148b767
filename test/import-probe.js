// Imports the module named on the command line and prints, as JSON, what that changed in this process.
import { registerHooks } from 'node:module'
import process from 'node:process'

const [specifier, from] = process.argv.slice(2)
if (specifier === undefined || from === undefined) throw new Error('usage: import-probe.js SPECIFIER FROM_URL')

/** What an import could change and must not. */
const look = () => ({
  globals: Reflect.ownKeys(globalThis).map(String),
  reflect: Reflect.ownKeys(Reflect).map(String),
  prototypes: [Object, Array, String, Promise, Map, Error].flatMap((type) =>
    Reflect.ownKeys(type.prototype).map((key) => `${type.name}.prototype.${String(key)}`),
  ),
  listeners: process.eventNames().map((name) => `${String(name)} x${process.listenerCount(name)}`),
  environment: Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
  resources: process.getActiveResourcesInfo(),
  folder: [process.cwd()],
})

/** @type {string[]} */
const loaded = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})

const before = look()
await import(import.meta.resolve(specifier, from))
// One turn of the event loop: what the import left running shows, what it only finished is gone.
await new Promise((resolve) => setImmediate(resolve))
const after = look()

/** @param {string[]} now @param {string[]} then */
const added = (now, then) => {
  const rest = [...then]
  return now.filter((item) => {
    const index = rest.indexOf(item)
    if (index >= 0) rest.splice(index, 1)
    return index < 0
  })
}
const changes = Object.fromEntries(
  Object.keys(before).map((key) => {
    const part = /** @type {keyof typeof before} */ (key)
    return [part, [...added(after[part], before[part]), ...added(before[part], after[part]).map((item) => `-${item}`)]]
  }),
)
process.stdout.write(JSON.stringify({ changes, loaded }))
