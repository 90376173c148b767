import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from '../__fixtures__/temporary-project.js'

const packageFolder = join(import.meta.dirname, '../..')
const modules = join(packageFolder, '../../node_modules')
const schema = '{"type":"object","properties":{"good":{"type":"boolean"}},"required":["good"]}'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({ 'reviews.csv': 'review\nGreat\n' })
  rmSync(join(project.folder, 'node_modules'))
})
afterEach(() => project.remove())

test('plugins that are installed beside the command are found from anywhere', { timeout: 300_000 }, async () => {
  const { code } = await project.maestro('enrich', 'reviews.csv', 'Good? {{review}}', '--schema', schema)
  expect(code).toBe(0)
  expect(project.read('reviews.enriched.csv')).toMatch(/^review,good\nGreat,(true|false)\n$/)
})

test('a command that is installed without plugins says what to install', async () => {
  const installed = join(project.folder, 'elsewhere/node_modules')
  for (const part of ['package.json', 'bin', 'lib'])
    cpSync(join(packageFolder, part), join(installed, 'maestro-dataflow', part), { recursive: true })
  mkdirSync(join(installed, '@maestro-dataflow'))
  for (const name of ['commander', 'string-width', '@maestro-dataflow/core', '@maestro-dataflow/plugin-fs'])
    symlinkSync(realpathSync(join(modules, name)), join(installed, name), 'junction')
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const bin = join(installed, 'maestro-dataflow/bin/maestro.js')
    const parameters = [bin, 'enrich', 'reviews.csv', 'Good? {{review}}', '--output', 'good']
    execFile(process.execPath, parameters, { cwd: project.folder }, (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
  expect(code).toBe(1)
  expect(stderr).toContain('npm install @maestro-dataflow/plugin-ai @maestro-dataflow/plugin-local\n')
  expect(stderr).not.toContain('plugin-fs')
})
