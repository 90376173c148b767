import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import v8 from 'node:v8'

/**
 * Takes from this process what Node's permission model leaves to it: signals to other processes, of which one opens the
 * debugger of the project's own process, their priority, and the flags of the engine. It has to run before any code of the
 * plugin.
 */
export function sealProcess(): void {
  const internals = ['_kill', '_debugProcess', '_debugEnd', '_linkedBinding', 'binding', 'dlopen']
  for (const name of ['kill', ...internals]) take(process, name)
  take(os, 'setPriority')
  take(v8, 'setFlagsFromString')
  // Modules that import these functions by name receive the refusing ones as well.
  syncBuiltinESMExports()
}

function take(owner: object, name: string): void {
  if (!(name in owner)) return
  const value = () => {
    throw Object.assign(new Error(`use ${name}`), { code: 'ERR_ACCESS_DENIED' })
  }
  Object.defineProperty(owner, name, { value, writable: false, configurable: false })
}
