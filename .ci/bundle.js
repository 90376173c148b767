// Bundles the modules that `tsc` wrote into the `dist` of each package into a few files in its `lib`, which is what programs
// load. A process loads a bundle in half of the time of a thousand modules (docs/decisions/0035-bundles.md). The entries of a
// package are the files in `lib` that its package.json names, under `exports` for others and under `imports` for itself.
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** The paths of the entries of a package, relative to `lib` and `dist`. */
function entriesOf(manifest) {
  const targets = [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.imports ?? {})]
  return targets
    .map((target) => target.default ?? target)
    .filter((target) => target.startsWith('./lib/'))
    .map((target) => target.slice('./lib/'.length))
}

async function bundle(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = entriesOf(manifest)
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.js$/, ''), join(folder, 'dist', entry)])),
    external: isPackage,
    platform: 'node',
    // The modules are published whole, as `tsc` wrote them.
    treeshake: false,
    logLevel: 'silent',
  })
  const { output } = await build.generate({ entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
  await build.close()
  const files = new Set(output.map(({ fileName }) => fileName))
  const others = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
  const isOwn = (name) => name === manifest.name || name in others
  const foreign = output
    .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
    .filter((imported) => !files.has(imported) && !isBuiltin(imported))
    .filter((imported) => !isOwn(imported.match(/^(@[^/]+\/)?[^/]+/)[0]))
  if (foreign.length > 0)
    throw new Error(`${manifest.name} does not depend on ${foreign.join(', ')}, which it would import.`)
  for (const { fileName, code } of output) writeIfChanged(join(folder, 'lib', fileName), code)
  for (const file of globSync('**/*.js', { cwd: join(folder, 'lib') }))
    if (!files.has(file)) rmSync(join(folder, 'lib', file))
}

/** Whether a specifier names a package, which stays what it is. */
function isPackage(specifier) {
  return /^[^./]/.test(specifier)
}

/** Writes a file in one step, and only if its content is new: other processes may be loading it. */
function writeIfChanged(file, content) {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}

for (const name of readdirSync(join(root, 'packages'))) await bundle(join(root, 'packages', name))
