import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliError } from '../errors.js'

/** The additions to an existing package.json. */
export interface CompletedPackage {
  /** The names of the packages that were added. */
  readonly added: readonly string[]
  /** Whether the project's modules were CommonJS before. */
  readonly typeChanged: boolean
}

type Manifest = Readonly<Record<string, unknown>>
type Section = 'dependencies' | 'devDependencies' | 'scripts'

/**
 * Adds the missing entries that a project needs to a package.json and leaves its other entries unchanged. The type
 * becomes `module` if the folder does not contain modules yet, as after `npm init`.
 *
 * @param wanted The package.json of a new project.
 * @throws MAESTRO_CLI_INIT_PACKAGE
 */
export function completePackage(directory: string, wanted: string): CompletedPackage {
  const path = join(directory, 'package.json')
  const own = readManifest(path)
  const model = JSON.parse(wanted) as Manifest
  const section = (of: Manifest, name: Section) => (of[name] ?? {}) as Readonly<Record<string, string>>
  const installed = { ...section(own, 'dependencies'), ...section(own, 'devDependencies') }
  const lacking = (name: Section) =>
    Object.fromEntries(
      Object.entries(section(model, name)).filter(
        ([key]) => !Object.hasOwn(name === 'scripts' ? section(own, 'scripts') : installed, key),
      ),
    )
  const added = { dependencies: lacking('dependencies'), devDependencies: lacking('devDependencies') }
  const typeChanged = own.type !== 'module' && !hasModules(directory)
  const completed = {
    ...own,
    ...(typeChanged ? { type: 'module' } : {}),
    scripts: { ...section(own, 'scripts'), ...lacking('scripts') },
    dependencies: { ...section(own, 'dependencies'), ...added.dependencies },
    devDependencies: { ...section(own, 'devDependencies'), ...added.devDependencies },
  }
  writeFileSync(path, `${JSON.stringify(completed, null, 2)}\n`)
  return { added: Object.keys({ ...added.dependencies, ...added.devDependencies }), typeChanged }
}

/** Whether files of a project that end in .ts and .js are CommonJS and remain so. */
export function staysCommonJs(directory: string): boolean {
  const path = join(directory, 'package.json')
  return readManifest(path).type !== 'module' && hasModules(directory)
}

function readManifest(path: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
    if (typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest)) return manifest as Manifest
  } catch (error) {
    // A folder that cannot be made is reported when it is made.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return { type: 'module' }
    throw cliError('MAESTRO_CLI_INIT_PACKAGE', { path, reason: (error as Error).message }, error)
  }
  throw cliError('MAESTRO_CLI_INIT_PACKAGE', { path, reason: 'it is not a JSON object' })
}

/** Whether there are modules whose kind depends on the type of the package. */
function hasModules(directory: string): boolean {
  const exclude = (path: string) => /(^|[/\\])(node_modules|\.\w+)$/.test(path)
  return globSync('**/*.{js,ts,jsx,tsx}', { cwd: directory, exclude }).some((path) => !path.endsWith('.d.ts'))
}
