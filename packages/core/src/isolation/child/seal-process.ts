import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import os from 'node:os'
import v8 from 'node:v8'
import { sealNetwork } from './seal-network.js'
import { sealPaths } from './seal-paths.js'
import { take } from './take.js'

/**
 * Takes from this process what Node's permission model leaves to it: signals to other processes, of which one opens the
 * debugger of the project's own process, their priority, the flags of the engine, and the network. It has to run before any
 * code of the plugin.
 *
 * @param channel The socket to the process of the project.
 * @param hosts The hosts that the plugin may connect to.
 */
export function sealProcess(channel: Socket, hosts: readonly string[]): void {
  const internals = ['_kill', '_debugProcess', '_debugEnd', '_linkedBinding', 'binding', 'dlopen']
  for (const name of ['kill', ...internals]) take(process, name)
  take(os, 'setPriority')
  take(v8, 'setFlagsFromString')
  sealPaths()
  sealNetwork(channel, hosts)
  // Modules that import these functions by name receive the refusing ones as well.
  syncBuiltinESMExports()
}
