import { execFile, execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const bin = join(import.meta.dirname, '../bin/maestro.js')

let folder: string
const path = (file: string) => join(folder, file)
const read = (file: string) => readFileSync(path(file), 'utf8')
const contentOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
function write(file: string, content: string | object): void {
  mkdirSync(dirname(path(file)), { recursive: true })
  writeFileSync(path(file), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-add-')))
  write('project/package.json', { name: 'project', private: true, type: 'module' })
  write(
    'project/maestro.config.ts',
    "export default {\n  plugins: [\n    './own.js', // mine\n  ],\n  pipelines: 'pipelines/*',\n}\n",
  )
  write('project/own.js', "export default { name: 'own', apply() {} }")
})
/** A pipeline without a plugin, and core, which it imports. npm would remove the link, so it comes after the installation. */
function addPipeline(): void {
  mkdirSync(path('project/node_modules/@maestro-dataflow'), { recursive: true })
  symlinkSync(
    realpathSync(join(import.meta.dirname, '../../core')),
    path('project/node_modules/@maestro-dataflow/core'),
    'junction',
  )
  write(
    'project/pipelines/none.js',
    "import { pipeline } from '@maestro-dataflow/core'\nexport default pipeline('none').from([{ n: 1 }])\n",
  )
}
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const leaveFile = "node -e \"require('fs').writeFileSync(process.env.INIT_CWD + '/ran', '')\""

/** Packs a plugin as a tarball. Its script, if npm ran it, would leave a file. */
function pack(permissions: object, version = '1.0.0', script = leaveFile): string {
  write('plugin/package.json', {
    name: 'maestro-plugin-weather',
    version,
    type: 'module',
    main: 'index.js',
    scripts: { postinstall: script },
    maestro: { apiVersion: 1, startup: true, permissions },
  })
  write('plugin/index.js', "export default { name: 'maestro-plugin-weather', apply() {} }")
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: path('plugin'), stdio: 'ignore' })
  return `../maestro-plugin-weather-${version}.tgz`
}
const maestro = (...parameters: readonly string[]) => maestroWith({}, ...parameters)
const maestroWith = (variables: NodeJS.ProcessEnv, ...parameters: readonly string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...variables }
    execFile(process.execPath, [bin, ...parameters], { cwd: path('project'), env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
/** Adds a plugin of the registry. */
const addByName = (variables: NodeJS.ProcessEnv) =>
  maestroWith(variables, 'plugin', 'add', 'maestro-plugin-weather', '--yes')
const lock = () => JSON.parse(read('project/maestro.lock.json')).plugins

test('it installs a plugin, shows its permissions, and adds it to the config without running its code', {
  timeout: 180_000,
}, async () => {
  const tarball = pack({ hosts: ['api.weather.example'], env: ['WEATHER_KEY'] })
  const { code, stdout, stderr } = await maestro('plugin', 'add', tarball, '--yes')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('asks for:\n  host api.weather.example\n  environment variable WEATHER_KEY\n')
  expect(stdout).toContain('Added maestro-plugin-weather to')
  expect(read('project/maestro.config.ts')).toBe(
    "export default {\n  plugins: [\n    './own.js', // mine\n    'maestro-plugin-weather',\n  ],\n  pipelines: 'pipelines/*',\n}\n",
  )
  expect(existsSync(path('project/ran'))).toBe(false)
  expect(lock()['maestro-plugin-weather']).toEqual({
    version: '1.0.0',
    integrity: expect.stringMatching(/^sha512-/),
    permissions: { hosts: ['api.weather.example'], env: ['WEATHER_KEY'] },
  })
  // A second time, there is nothing left to do.
  const again = await maestro('plugin', 'add', 'maestro-plugin-weather', '--yes', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ installed: false, changed: false })

  // It runs, until it asks for more.
  addPipeline()
  expect(await maestro('preview', 'none')).toMatchObject({ code: 0 })
  const manifest = JSON.parse(read('project/node_modules/maestro-plugin-weather/package.json'))
  manifest.maestro.permissions.hosts.push('evil.example')
  write('project/node_modules/maestro-plugin-weather/package.json', { ...manifest, version: '1.1.0' })
  const changed = await maestro('preview', 'none')
  expect(changed.code).toBe(1)
  expect(changed.stderr).toContain('MAESTRO_PLUGIN_PERMISSIONS')
  expect(changed.stderr).toContain('host evil.example.')
  expect(changed.stderr).toContain('maestro plugin allow maestro-plugin-weather')
  const allowed = await maestro('plugin', 'allow', 'maestro-plugin-weather')
  expect(allowed.stdout).toContain('host evil.example')
  expect(lock()['maestro-plugin-weather']).toMatchObject({ version: '1.1.0' })
  expect(await maestro('preview', 'none')).toMatchObject({ code: 0 })
})

test.each([
  ['the same', { hosts: ['api.weather.example'], env: ['WEATHER_KEY'] }],
  ['less', { hosts: ['api.weather.example'] }],
  ['nothing', {}],
])('a new version that asks for %s is loaded without a question', { timeout: 180_000 }, async (_, permissions) => {
  const first = await maestro('plugin', 'add', pack({ hosts: ['api.weather.example'], env: ['WEATHER_KEY'] }), '--yes')
  expect(first.code, first.stderr).toBe(0)
  addPipeline()
  write('plugin/index.js', "export default { name: 'maestro-plugin-weather', apply() { /* other code */ } }")
  const manifest = JSON.parse(read('plugin/package.json'))
  write('project/node_modules/maestro-plugin-weather/package.json', {
    ...manifest,
    version: '1.1.0',
    maestro: { ...manifest.maestro, permissions },
  })
  write('project/node_modules/maestro-plugin-weather/index.js', read('plugin/index.js'))
  const run = await maestro('preview', 'none')
  expect(run.code, run.stderr).toBe(0)
  expect(run.stderr).not.toContain('maestro-plugin-weather')
})

/** A program that is called npm. @returns the variable PATH with which it is found */
function playNpm(code: string): string {
  write('bin/npm.mjs', code)
  writeFileSync(path('bin/npm'), `#!/bin/sh\nexec '${process.execPath}' '${path('bin/npm.mjs')}'\n`, { mode: 0o755 })
  return `${path('bin')}:${process.env.PATH}`
}

/** Everything of the project that a failed command must leave as it is. */
const untouched = () => [
  read('project/maestro.config.ts'),
  read('project/package.json'),
  existsSync(path('project/package-lock.json')),
  existsSync(path('project/maestro.lock.json')),
  existsSync(path('project/node_modules/maestro-plugin-weather')),
]

test('without a network, the error says so, and nothing is changed', { timeout: 120_000 }, async () => {
  const before = untouched()
  const offline = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }
  const { code, stderr } = await addByName(offline)
  expect(code).toBe(1)
  expect(stderr).toContain('MAESTRO_CLI_PLUGIN_INSTALL')
  expect(stderr).toMatch(/ECONNREFUSED|failed, reason/)
  expect(stderr).toContain('The config was not changed.')
  expect(untouched()).toEqual(before)
})

test.each([
  [
    'fails after it has written package.json',
    'npm error code ENOSPC\nnpm error no space left on device',
    'no space left',
  ],
  ['is killed in the middle', '', 'it gave no reason'],
])('if npm %s, nothing is changed', async (_, words, reason) => {
  const before = untouched()
  const code = `
    import { writeFileSync } from 'node:fs'
    writeFileSync('package.json', '{ "dependencies": { "maestro-plugin-weather": "^1.0.0" } }')
    writeFileSync('package-lock.json', '{}')
    process.stderr.write(${JSON.stringify(words)})
    if (${words === ''}) process.kill(process.pid, 'SIGKILL')
    process.exitCode = 1`
  const PATH = playNpm(code)
  const { code: exit, stderr } = await addByName({ PATH })
  expect(exit).toBe(1)
  expect(stderr).toContain('MAESTRO_CLI_PLUGIN_INSTALL')
  expect(stderr).toContain(reason)
  expect(untouched()).toEqual(before)
})

test('if there is no npm, the error says so', async () => {
  const before = untouched()
  const { code, stderr } = await addByName({ PATH: path('nothing') })
  expect([code, stderr]).toEqual([1, expect.stringContaining('npm cannot be started')])
  expect(untouched()).toEqual(before)
})

test('a plugin whose native code cannot be built is removed again', { timeout: 120_000 }, async () => {
  const before = untouched()
  const { code, stderr } = await maestro('plugin', 'add', pack({ native: true }, '1.0.0', 'exit 3'), '--yes')
  expect([code, stderr]).toEqual([1, expect.stringContaining('MAESTRO_CLI_PLUGIN_INSTALL')])
  expect(untouched()).toEqual(before)
})

test('a package that is not accepted is removed again, and nothing is changed', { timeout: 120_000 }, async () => {
  const before = untouched()
  const { code, stderr } = await maestro('plugin', 'add', pack({ native: true }))
  expect(code).toBe(1)
  expect(stderr).toContain('MAESTRO_CLI_PLUGIN_DECLINED')
  expect(stderr).toContain('--yes')
  expect(untouched()).toEqual(before)
})

test.each([
  ['without a lock file', undefined],
  ['with a lock file', '{"name":"project","lockfileVersion":3,"requires":true,"packages":{"":{"name":"project"}}}'],
])('a package that is not a plugin is removed again, %s', { timeout: 120_000 }, async (_, lockFile) => {
  // npm would write these files in its own way.
  write('project/package.json', '{"name":"project","private":true,"type":"module"}')
  if (lockFile !== undefined) write('project/package-lock.json', lockFile)
  const files = () => ['package.json', 'package-lock.json'].map((name) => path(`project/${name}`)).map(contentOf)
  const before = files()
  write('plugin/package.json', { name: 'left-pad-of-mine', version: '1.0.0' })
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: path('plugin'), stdio: 'ignore' })
  const { stderr } = await maestro('plugin', 'add', '../left-pad-of-mine-1.0.0.tgz', '--yes')
  expect(stderr).toContain('MAESTRO_PLUGIN_MANIFEST_MISSING')
  expect(stderr).toContain('a package of somebody else, it is not a plugin')
  expect(files()).toEqual(before)
  expect(existsSync(path('project/node_modules/left-pad-of-mine'))).toBe(false)
})

test('a version that is not accepted gives way to the one that was there', { timeout: 120_000 }, async () => {
  const first = await maestro('plugin', 'add', pack({ hosts: ['api.weather.example'] }), '--yes')
  expect(first.code, first.stderr).toBe(0)
  const files = () => [...untouched(), read('project/package-lock.json'), read('project/maestro.lock.json')]
  const before = files()
  const { code, stderr } = await maestro('plugin', 'add', pack({ hosts: ['evil.example'] }, '2.0.0'))
  expect(code).toBe(1)
  expect(stderr).toContain('MAESTRO_CLI_PLUGIN_DECLINED')
  expect(files()).toEqual(before)
  expect(JSON.parse(read('project/node_modules/maestro-plugin-weather/package.json')).version).toBe('1.0.0')
})

test('in a workspace, the files of the whole project stay as they are', { timeout: 120_000 }, async () => {
  write('package.json', '{"name":"whole","private":true,"workspaces":["project"]}')
  const before = [read('package.json'), ...untouched()]
  const { stderr } = await maestro('plugin', 'add', pack({ native: true }))
  expect(stderr).toContain('MAESTRO_CLI_PLUGIN_DECLINED')
  expect([read('package.json'), ...untouched()]).toEqual(before)
  expect(existsSync(path('package-lock.json'))).toBe(false)
  expect(existsSync(path('node_modules/maestro-plugin-weather'))).toBe(false)
})

test('what npm says about a deprecated package is shown', async () => {
  const plugin = { name: 'maestro-plugin-weather', version: '1.0.0', maestro: { apiVersion: 1, startup: true } }
  const PATH = playNpm(`
    import { mkdirSync, writeFileSync } from 'node:fs'
    mkdirSync('node_modules/maestro-plugin-weather', { recursive: true })
    writeFileSync('node_modules/maestro-plugin-weather/package.json', ${JSON.stringify(JSON.stringify(plugin))})
    console.error('npm warn deprecated abc@1.0.0: of another package')
    console.error('npm warn deprecated maestro-plugin-weather@1.0.0: Use maestro-plugin-climate.')`)
  const { code, stderr } = await addByName({ PATH })
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('It is deprecated: maestro-plugin-weather@1.0.0: Use maestro-plugin-climate.\n')
  expect(stderr).not.toContain('another package')
})

test('a misspelt name is not installed', async () => {
  const { code, stderr } = await maestro('plugin', 'add', '@maestro-dataflow/plugin-tabel', '--yes')
  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean: maestro plugin add @maestro-dataflow/plugin-table\n')
  expect(existsSync(path('project/node_modules'))).toBe(false)
})

test('a package that is not recorded is loaded, and a note says how to record it', {
  timeout: 120_000,
}, async () => {
  addPipeline()
  write('project/node_modules/maestro-plugin-new/package.json', {
    name: 'maestro-plugin-new',
    version: '1.0.0',
    type: 'module',
    main: 'index.js',
    maestro: { apiVersion: 1, startup: true, permissions: { childProcesses: true, paths: ['out'] } },
  })
  write('project/node_modules/maestro-plugin-new/index.js', "export default { name: 'maestro-plugin-new', apply() {} }")
  write('project/maestro.config.ts', "export default { plugins: ['maestro-plugin-new'], pipelines: 'pipelines/*' }\n")
  const first = await maestro('preview', 'none')
  expect(first.code).toBe(0)
  expect(first.stderr).toContain('asks for:\n  path out\n  other programs\n')
  expect(first.stderr).toContain('maestro plugin allow maestro-plugin-new')
  await maestro('plugin', 'allow')
  expect((await maestro('preview', 'none')).stderr).not.toContain('maestro-plugin-new')
  // The same version with other files is not the plugin that was accepted.
  write(
    'project/node_modules/maestro-plugin-new/index.js',
    "export default { name: 'maestro-plugin-new', apply() { 1 } }",
  )
  expect((await maestro('preview', 'none')).stderr).toContain('other files than before')
})
