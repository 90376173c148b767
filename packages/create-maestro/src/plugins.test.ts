// Every kind of plugin, as it is written: its types hold, its tests pass, and its manifest says what its code contributes.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { create, root, run, temporaryFolder } from './__fixtures__/run-command.js'
import { vitest } from './plugin/package-json.js'
import { type PluginKind, pluginKinds } from './plugin/plugin-kinds.js'

let folder: string
beforeAll(() => {
  folder = temporaryFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(Object.keys(pluginKinds) as PluginKind[])('%s', { timeout: 240_000 }, async (kind) => {
  const name = `my-${kind}`
  const made = await create(folder, name, '--plugin', kind, '--json')
  expect(made.code, made.output).toBe(0)
  const { packageName, written } = JSON.parse(made.output)
  expect(packageName).toBe(`maestro-plugin-${name}`)
  for (const path of ['.editorconfig', '.github/workflows/ci.yml', '.gitignore', '.vscode/settings.json', 'LICENSE'])
    expect(written).toContain(path)
  const directory = join(folder, name)
  for (const path of written) expect(readFileSync(join(directory, path), 'utf8'), path).not.toMatch(/acme/i)

  for (const parameters of [[], ['-p', 'tsconfig.test.json']]) {
    const compiled = await run(directory, 'tsc', ...parameters)
    expect(compiled.code, compiled.output).toBe(0)
  }
  const tested = await run(directory, 'vitest', 'run')
  expect(tested.code, tested.output).toBe(0)
  expect(tested.output).not.toContain('skipped')
  const checked = await run(directory, 'maestro', 'plugin', 'check')
  expect(checked.code, checked.output).toBe(0)
  expect(checked.output).toContain(' ok, 0 to look at, 0 failed')
})

test('the test runner of a plugin is that of this repository', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(vitest).toBe(`^${devDependencies.vitest}`)
})
