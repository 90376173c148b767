import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { maestro } from '../maestro.js'

const pluginFile = "globalThis.untrustedPluginRan = true\nexport default { name: 'p', apply() {} }"

/** A project beside a folder with a plugin. */
function beside() {
  Reflect.deleteProperty(globalThis, 'untrustedPluginRan')
  const folder = new ProjectFolder({ 'shared/plugin.mjs': pluginFile })
  mkdirSync(folder.file('project'))
  return {
    folder,
    load: () => maestro({ directory: folder.file('project'), plugins: ['../shared/plugin.mjs'] }).plugins(),
  }
}

test.each([
  ['the file', 'shared/plugin.mjs'],
  ['its folder', 'shared'],
])('a plugin is not loaded if everybody may write to %s', async (_, place) => {
  const { folder, load } = beside()
  chmodSync(folder.file(place), 0o777)
  expect(await errorOf(load)).toMatchObject({
    code: 'MAESTRO_CONFIG_FILE_UNTRUSTED',
    details: { reason: `everybody may write to ${folder.file(place)}` },
  })
  expect(Reflect.has(globalThis, 'untrustedPluginRan')).toBe(false)
  chmodSync(folder.file(place), 0o755)
  expect(await load()).toHaveLength(1)
})

test('a link to a plugin that everybody may write is not followed', async () => {
  const { folder } = beside()
  chmodSync(folder.file('shared'), 0o777)
  symlinkSync('../shared/plugin.mjs', folder.file('project/plugin.mjs'))
  const project = maestro({ directory: folder.file('project'), plugins: ['./plugin.mjs'] })
  expect((await errorOf(() => project.plugins())).code).toBe('MAESTRO_CONFIG_FILE_UNTRUSTED')
})

test('a plugin is loaded if everybody may write to the whole project, as on a drive without modes', async () => {
  const { folder, load } = beside()
  for (const place of ['shared', 'shared/plugin.mjs', 'project']) chmodSync(folder.file(place), 0o777)
  expect(await load()).toHaveLength(1)
})

test('a pipeline that everybody may write is not read by its name', async () => {
  const folder = new ProjectFolder({ 'p.mjs': 'globalThis.untrustedPluginRan = true\nexport default {}' })
  Reflect.deleteProperty(globalThis, 'untrustedPluginRan')
  chmodSync(folder.file('p.mjs'), 0o666)
  const project = maestro({ directory: folder.path, pipelines: ['*.mjs'] })
  expect((await errorOf(() => project.plan('p'))).code).toBe('MAESTRO_CONFIG_FILE_UNTRUSTED')
  expect(Reflect.has(globalThis, 'untrustedPluginRan')).toBe(false)
})
