// What npm would publish, installed in an empty folder outside the repository, runs the quickstart's pipeline.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const readJson = (path: string) =>
  JSON.parse(readFileSync(path, 'utf8')) as { overrides?: object; dependencies?: Record<string, string> }

let folder: string
let packed: readonly { readonly name: string; readonly filename: string }[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-pack-'))
  const { stdout } = await run('npm', ['pack', '--json', '--workspaces', '--pack-destination', folder], {
    cwd: root,
    maxBuffer: 1 << 26,
  })
  // npm 11 gives a list, newer ones an object by name.
  const report = Object.values(
    JSON.parse(stdout) as Record<string, { name: string; filename: string; files: readonly { path: string }[] }>,
  )
  packed = report.filter(({ name }) => /^(@maestro-dataflow\/|maestro-dataflow$)/.test(name))
  for (const { path } of report.flatMap(({ files }) => files))
    expect(path).not.toMatch(/\.test(-d)?\.|\.tsbuildinfo$|^src\//)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('installed from their tarballs, the packages run the quickstart', async () => {
  const names = readdirSync(join(root, 'packages'))
  expect(packed).toHaveLength(names.length)
  const { overrides } = readJson(join(root, 'package.json'))
  const zod = readJson(join(root, 'packages/core/package.json')).dependencies?.zod
  const dependencies = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:./${filename}`]))
  const manifest = {
    name: 'elsewhere',
    private: true,
    type: 'module',
    overrides,
    dependencies: { ...dependencies, zod },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, maxBuffer: 1 << 26 })
  for (const part of ['maestro.config.ts', 'pipelines', 'data'])
    cpSync(join(root, 'examples/quickstart', part), join(folder, part), { recursive: true })

  // The repository's own Node, whatever the machine has.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const { stdout } = await run('npx', ['--no-install', 'maestro', 'run', 'packages', '--limit', '12', '--json'], {
    cwd: folder,
    env,
  })
  const report = JSON.parse(stdout) as { status: string; counts: { rowsIn: number; rowsOut: number } }
  expect(report).toMatchObject({ status: 'done', counts: { rowsIn: 12 } })
  const rows = readFileSync(join(folder, 'out/packages.jsonl'), 'utf8').trim().split('\n')
  expect(rows).toHaveLength(report.counts.rowsOut)
  for (const row of rows) expect(JSON.parse(row)).toHaveProperty('topic')
})
