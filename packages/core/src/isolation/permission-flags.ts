import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { PluginPermissions } from '../contracts/plugin.js'

/**
 * The flags that start a Node.js process with nothing but given permissions. The process may always read the plugin, core,
 * and the folders `node_modules` from which they import.
 *
 * @param folder The folder of the plugin.
 * @param directory The folder of the project, where relative paths start.
 */
export async function permissionFlags(
  { hosts = [], paths = [], native = false, childProcesses = false }: PluginPermissions,
  folder: string,
  directory: string,
): Promise<readonly string[]> {
  const core = dirname(createRequire(import.meta.url).resolve('@maestro-dataflow/core/package.json'))
  const granted = paths.filter(isPath).map((path) => resolve(directory, path))
  const readable = [...(await codeFolders([folder, core])), ...granted]
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...granted.map((path) => `--allow-fs-write=${path}`),
    ...(native ? ['--allow-addons'] : []),
    ...(childProcesses ? ['--allow-child-process'] : []),
    // From Node.js 25 on, the permission model includes the network, as a whole.
    ...(hosts.length > 0 ? ifKnown('--allow-net') : []),
    // SQLite opens files without asking the permission model.
    ...ifKnown('--no-experimental-sqlite'),
    ...ifKnown('--disable-sigusr1'),
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ]
}

/** The environment of the process: the named variables, and those that Node.js itself needs. */
export function grantedEnvironment({ env = [] }: PluginPermissions): Record<string, string> {
  const names = [...env, 'TZ', 'LANG', 'SystemRoot']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  )
}

/** Whether an entry of `paths` is a path. Others describe what the plugin uses in words, and grant nothing. */
export function isPath(entry: string): boolean {
  return isAbsolute(entry) || /^\.{1,2}([/\\]|$)/.test(entry)
}

function ifKnown(flag: string): readonly string[] {
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []
}

/** Packages by their real folders and by those in which they are installed, and every `node_modules` around them. */
async function codeFolders(packages: readonly string[]): Promise<readonly string[]> {
  const folders = new Set<string>()
  for (const folder of packages) {
    for (const place of [folder, await realpath(folder)]) {
      folders.add(place)
      for (let above = dirname(place); above !== dirname(above); above = dirname(above)) {
        const modules = join(above, 'node_modules')
        if (existsSync(modules)) folders.add(modules)
      }
    }
  }
  return [...folders]
}
