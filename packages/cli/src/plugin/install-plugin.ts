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
  /** Why its authors advise against it, if they do. */
  readonly deprecated?: string | undefined
  /** Makes the project what it was before this command. */
  uninstall(): Promise<void>
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
    if (name === specification && isInstalled(directory, name))
      return { name, installed: false, uninstall: async () => {} }
    const suggestion = officialPlugins.includes(name) ? undefined : didYouMean(name, officialPlugins)
    if (suggestion !== undefined) throw cliError('MAESTRO_CLI_PLUGIN_NAME', { name, suggestion })
  }
  const before = dependenciesOf(directory)
  const restore = keepProject(directory)
  const { code, stderr } = await npm(directory, 'install', '--ignore-scripts', '--no-audit', '--no-fund', specification)
  if (code !== 0) {
    restore()
    throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name: specification, reason: reasonOf(stderr) })
  }
  const after = dependenciesOf(directory)
  const added = name ?? Object.keys(after).find((one) => after[one] !== before[one]) ?? nameIn(directory, specification)
  if (added === undefined) {
    restore()
    throw cliError('MAESTRO_CLI_PLUGIN_INSTALL', { name: specification, reason: 'package.json does not name it' })
  }
  const uninstall = async () => {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund']
    if (before[added] === undefined) await npm(directory, 'uninstall', ...quiet, added)
    else {
      // The version that was there comes back.
      restore()
      await npm(directory, 'install', ...quiet)
    }
    restore()
  }
  return { name: added, installed: true, deprecated: deprecationOf(added, stderr), uninstall }
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

/** @returns a function that writes the files of the project as they are now, because npm writes them in its own way */
function keepProject(directory: string): () => void {
  const files = new Map<string, Buffer | undefined>()
  for (const folder of foldersFrom(directory)) {
    // A folder above is the project of npm if the config stands deeper, or in a workspace.
    if (folder !== directory && !existsSync(join(folder, 'package.json'))) continue
    for (const name of ['package.json', 'package-lock.json', 'npm-shrinkwrap.json']) {
      const path = join(folder, name)
      files.set(path, existsSync(path) ? readFileSync(path) : undefined)
    }
  }
  return () => {
    for (const [path, content] of files) {
      if (content === undefined) rmSync(path, { force: true })
      else if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content)
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
  return foldersFrom(directory).some((folder) => existsSync(join(folder, 'node_modules', name, 'package.json')))
}

/** A folder and those above it. */
function foldersFrom(directory: string): readonly string[] {
  const above = dirname(directory)
  return above === directory ? [directory] : [directory, ...foldersFrom(above)]
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

/** What npm says about a package whose authors have deprecated it. */
function deprecationOf(name: string, stderr: string): string | undefined {
  const start = 'npm warn deprecated '
  const line = stderr.split('\n').find((one) => one.startsWith(`${start}${name}@`))
  return line?.slice(start.length)
}
