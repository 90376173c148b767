// Loaded before a program (NODE_OPTIONS=--import), it makes this machine look like another one, with another clock or other
// versions: MACHINE='{"host":"elsewhere","aheadMs":3600000}'.
import module, { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

const { host, aheadMs = 0, node, core } = JSON.parse(process.env.MACHINE ?? '{}')
if (host !== undefined) {
  os.hostname = () => host
  syncBuiltinESMExports()
}
if (aheadMs !== 0) {
  const Real = Date
  const now = () => Real.now() + aheadMs
  globalThis.Date = new Proxy(Real, {
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
    apply: () => new Real(now()).toString(),
  })
}

if (node !== undefined) Object.defineProperty(process, 'versions', { value: { ...process.versions, node } })
if (core !== undefined) {
  const extensions = /** @type {any} */ (module)._extensions
  const load = extensions['.json']
  extensions['.json'] = (/** @type {any} */ loaded, /** @type {string} */ path) => {
    load(loaded, path)
    if (/[\\/]core[\\/]package\.json$/.test(path)) loaded.exports = { ...loaded.exports, version: core }
  }
}
