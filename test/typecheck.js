// Type-checks every TypeScript file that the build leaves out: tests, examples, benchmarks, docs. Each package and each
// example is a program of its own, because each extends the same interfaces of core. Packages are seen through their dist.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** @param {string} folder @param {string} file */
const configsIn = (folder, file) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder))
        .map((name) => join(folder, name, file))
        .filter((path) => existsSync(join(root, path)))
    : []

/** @param {string} config */
const checkOf = (config) => config.replace(/tsconfig\.json$/, 'tsconfig.check.json')

/** @param {string} config @returns {Promise<boolean>} whether it is free of errors */
const check = (config) =>
  new Promise((resolve) => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const child = spawn(
      process.execPath,
      [compiler, '-p', config, '--noEmit', '--composite', 'false', '--incremental', 'false'],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    child.on('close', (code) => resolve(code === 0))
  })

// An example that is a package has a project beside it that uses it, built, as others would.
const packaged = configsIn('examples', 'tsconfig.check.json')
const examples = configsIn('examples', 'tsconfig.json').filter((path) => !packaged.includes(checkOf(path)))
const demos = configsIn('examples', 'demo/tsconfig.json')
const queue = [
  'tsconfig.check.json',
  ...configsIn('packages', 'tsconfig.check.json'),
  ...packaged,
  ...examples,
  ...demos,
]
const failed = /** @type {string[]} */ ([])
const worker = async () => {
  for (let config = queue.shift(); config !== undefined; config = queue.shift()) {
    if (!(await check(config))) failed.push(config)
  }
}
await Promise.all([worker(), worker()])
for (const config of failed) console.error(`Type errors in ${config}`)
process.exitCode = failed.length > 0 ? 1 : 0
