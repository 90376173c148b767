import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { didYouMean } from '@maestro-dataflow/core'
import { officialPlugins } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { npm } from './npm.js'

/** An installed package. */
export interface InstalledPackage {
  readonly name: string
  /** Whether it was installed by this command. */
  readonly installed: boolean
}

/**
 * Installs the package of a plugin without running its scripts, unless it is installed already.
 *
 * @param specification What npm installs: a name with or without a version, a folder, or a tarball.
 * @throws MAESTRO_CLI_PLUGIN_NAME for a name that resembles an official plugin, MAESTRO_CLI_PLUGIN_INSTALL
 */
export async function installPlugin(directory: string, specification: string): Promise<InstalledPackage> {
  const name = registryName(specification)
  if (name !== undefined) {
    if (name === specification && isInstalled(directory, name)) return { name, installed: false }
    const suggestion = officialPlugins.includes(name) ? undefined : didYouMean(name, officialPlugins)
    if (suggestion !== undefined) throw cliError('MAESTRO_CLI_PLUGIN_NAME', { name, suggestion })
  }
  const before = dependenciesOf(directory)
  const restore = keep(['package.json', 'package-lock.json'].map((file) => join(directory, file)))
  const { code, stderr } = await npm(directory, 'install', '--ignore-scripts', '--no-audit', '--no-fund', specification)
  if (code !== 0) {
    restore()
    throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name: specification, reason: reasonOf(stderr) })
  }
  const after = dependenciesOf(directory)
  const added = name ?? Object.keys(after).find((one) => after[one] !== before[one]) ?? nameIn(directory, specification)
  if (added === undefined)
    throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name: specification, reason: 'package.json does not name it' })
  return { name: added, installed: before[added] === undefined }
}

/** Removes a package that was installed by this command. */
export async function uninstallPlugin(directory: string, { name, installed }: InstalledPackage): Promise<void> {
  if (installed) await npm(directory, 'uninstall', '--ignore-scripts', '--no-audit', '--no-fund', name)
}

/**
 * Runs the scripts that build the native code of a package.
 *
 * @throws MAESTRO_CLI_PLUGIN_INSTALL
 */
export async function buildPlugin(directory: string, name: string): Promise<void> {
  const { code, stderr } = await npm(directory, 'rebuild')
  if (code !== 0) throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name, reason: reasonOf(stderr) })
}

/** @returns a function that writes the files as they are now, because npm may fail after it has changed them */
function keep(paths: readonly string[]): () => void {
  const texts = paths.map((path) => (existsSync(path) ? readFileSync(path) : undefined))
  return () => {
    for (const [at, path] of paths.entries()) {
      const text = texts[at]
      if (text === undefined) rmSync(path, { force: true })
      else if (!existsSync(path) || !readFileSync(path).equals(text)) writeFileSync(path, text)
    }
  }
}

/** The name in a specification of the registry, such as `@acme/plugin-x@^2`. */
function registryName(specification: string): string | undefined {
  return /^((?:@[\w.~-]+\/)?[a-z0-9~-][\w.~-]*)(?:@[^/]*)?$/i.exec(
    /\.(tgz|tar|tar\.gz)$/.test(specification) ? '' : specification,
  )?.[1]
}

function isInstalled(directory: string, name: string): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true
    if (dirname(folder) === folder) return false
  }
}

function dependenciesOf(directory: string): Readonly<Record<string, string>> {
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    )
    return { ...devDependencies, ...dependencies }
  } catch {
    return {}
  }
}

/** The dependency that comes from a folder or a tarball which was installed before. */
function nameIn(directory: string, specification: string): string | undefined {
  const place = specification.replace(/^(file:)?(\.\/)?/, '')
  return Object.entries(dependenciesOf(directory)).find(([, range]) => range.endsWith(place))?.[0]
}

/** The message of npm without its prefix and its log file. */
function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').flatMap((line) => /^npm (?:error|ERR!) (.+)$/.exec(line)?.[1] ?? [])
  const [first] = lines.filter((line) => !/^(code|errno|syscall|path|A complete log)\b/.test(line))
  return first ?? 'it gave no reason'
}
