import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { loadConfig } from './load-config.js'

const places = [
  ['maestro.config.mjs', "globalThis.untrustedConfigRan = true\nexport default { logLevel: 'silent' }"],
  ['maestro.config.json', { logLevel: 'silent' }],
  ['package.json', { 'maestro-dataflow': { logLevel: 'silent' } }],
] as const

/** A project whose config is one folder above the working directory. */
function below(name: string, content: string | object) {
  const folder = new ProjectFolder({ [name]: content })
  mkdirSync(folder.file('below'))
  return { folder, cwd: folder.file('below'), config: folder.file(name) }
}

test.each(places)('%s in a folder above, which everybody may write to or in, is not read', async (name, content) => {
  const { folder, cwd, config } = below(name, content)
  expect((await loadConfig({ cwd })).path).toBe(config)
  const load = () => errorOf(() => loadConfig({ cwd }))
  Reflect.deleteProperty(globalThis, 'untrustedConfigRan')
  chmodSync(config, 0o666)
  expect(await load()).toMatchObject({ code: 'MAESTRO_CONFIG_UNTRUSTED', details: { path: config } })
  chmodSync(config, 0o644)
  chmodSync(folder.path, 0o777)
  expect(await load()).toMatchObject({ code: 'MAESTRO_CONFIG_UNTRUSTED', hint: expect.stringContaining('--config') })
  // As in /tmp, where nobody can replace the file of another user.
  chmodSync(folder.path, 0o1777)
  expect((await loadConfig({ cwd })).path).toBe(config)
  expect(Reflect.has(globalThis, 'untrustedConfigRan')).toBe(false)
})

test('a config that is named, or in the working directory, is read', async () => {
  const { folder, cwd, config } = below('maestro.config.json', { logLevel: 'silent' })
  chmodSync(config, 0o666)
  chmodSync(folder.path, 0o777)
  expect((await loadConfig({ cwd, file: config })).path).toBe(config)
  expect((await loadConfig({ cwd: folder.path })).path).toBe(config)
})

test('a package.json above that holds no config is passed over', async () => {
  const { cwd } = below('package.json', { name: 'other' })
  chmodSync(join(cwd, '../package.json'), 0o666)
  const error = await errorOf(() => loadConfig({ cwd }))
  expect(error.code).not.toBe('MAESTRO_CONFIG_UNTRUSTED')
})

// Only the administrator can give files to others.
if (process.getuid?.() === 0)
  test('a config above that belongs to another user is not read, nor one in the folder of another user', async () => {
    const { folder, cwd, config } = below('maestro.config.json', { logLevel: 'silent' })
    execFileSync('chown', ['12345', config])
    expect(await errorOf(() => loadConfig({ cwd }))).toMatchObject({
      code: 'MAESTRO_CONFIG_UNTRUSTED',
      details: { reason: `${config} belongs to another user` },
    })
    execFileSync('chown', ['0', config])
    execFileSync('chown', ['12345', folder.path])
    expect(await errorOf(() => loadConfig({ cwd }))).toMatchObject({ code: 'MAESTRO_CONFIG_UNTRUSTED' })
    // A checkout that is mounted into a container belongs to one user as a whole.
    spawnSync('chown', ['-R', '12345', folder.path])
    expect((await loadConfig({ cwd })).path).toBe(config)
  })
