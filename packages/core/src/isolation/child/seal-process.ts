import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import os from 'node:os'
import v8 from 'node:v8'
import { sealNetwork } from './seal-network.js'
import { take } from './take.js'

/**
 * Takes from this process what Node's permission model leaves to it: signals to other processes, of which one opens the
 * debugger of the project's own process, their priority, the flags of the engine, and the network. It has to run before any
 * code of the plugin.
 *
 * @param channel The socket to the process of the project.
 * @param mayConnect Whether the plugin may connect to hosts.
 */
export function sealProcess(channel: Socket, mayConnect: boolean): void {
  const internals = ['_kill', '_debugProcess', '_debugEnd', '_linkedBinding', 'binding', 'dlopen']
  for (const name of ['kill', ...internals]) take(process, name)
  take(os, 'setPriority')
  take(v8, 'setFlagsFromString')
  sealNetwork(channel, mayConnect)
  // Modules that import these functions by name receive the refusing ones as well.
  syncBuiltinESMExports()
}
