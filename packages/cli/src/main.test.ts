import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const project = new TemporaryProject()
afterAll(() => project.remove())

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(await project.maestro('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('the command also has the name of its package, which npx takes where nothing is installed', () => {
  const { name, bin } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(name).toBe('maestro-dataflow')
  expect(bin[name]).toBe(bin.maestro)
})

test('--help says the commands, examples and exit codes', async () => {
  const { code, stdout } = await project.maestro('--help')
  expect(code).toBe(0)
  for (const part of ['run [options] [pipelines...]', 'enrich [options] <file> <prompt>', 'Examples:', 'Exit codes:'])
    expect(stdout).toContain(part)
})

test.each(['run', 'preview', 'enrich', 'plan', 'types', 'plugins', 'models', 'doctor', 'init'])(
  '%s --help has examples and the options of all commands',
  async (name) => {
    const { code, stdout } = await project.maestro(name, '--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}maestro ${name}\\b`))
    for (const option of ['--json', '--verbose', '--config'].slice(name === 'models' ? 1 : 0))
      expect(stdout).toContain(option)
  },
)

test.each([[['--version']], [['--help']], [['enrich', '--help']], [['models', 'pull', '--help']], [['rum']]])(
  'maestro %j loads nothing of what commands do',
  (parameters) => {
    const probe = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
      process.argv.splice(1, 0, ${JSON.stringify(join(import.meta.dirname, '../bin/maestro.js'))})
      process.on('exit', () => process._rawDebug(loaded.join('\\n')))
      await import(${JSON.stringify(`file://${join(import.meta.dirname, '../bin/maestro.js')}`)})`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', probe, '--', ...parameters], {
      encoding: 'utf8',
    })
    expect(stderr).toContain('/commander/')
    expect(stderr).not.toMatch(/packages\/core|\/zod\/|plugin-/)
  },
)

test('an unknown command is wrong use, and the one that was meant is named', async () => {
  const { code, stdout, stderr } = await project.maestro('rum')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('Did you mean run?')
})

test.each([
  [['run'], 'No pipeline is named'],
  [['run', 'a', '--limit', 'x'], 'A whole number is expected'],
  [['run', 'a', '--limit='], 'A whole number is expected'],
  [['run', 'a', '--set', 'x'], 'Write name=value'],
  [['run', 'a', '--outputs', 'x'], 'Did you mean --output?'],
])('wrong use: %j', async (parameters, message) => {
  const { code, stdout, stderr } = await project.maestro(...parameters)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
})

test('wrong use with --json is a JSON object too', async () => {
  const { code, stdout } = await project.maestro('run', 'a', '--json', '--limit', 'x')
  expect(code).toBe(2)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'MAESTRO_CLI_USAGE', message: expect.stringContaining('x') })
})

test('an error has code, message and hint, and the stack only with --verbose', async () => {
  const { code, stderr } = await project.maestro('run', 'a')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^MAESTRO_CONFIG_NOT_FOUND: No maestro.config file .*\nRun `npx maestro-dataflow init`.*\n$/)
  const verbose = await project.maestro('run', 'a', '--verbose')
  expect(verbose.stderr).toMatch(/\n +at /)
})

test('colours are for terminals; FORCE_COLOR and NO_COLOR decide otherwise', async () => {
  const stderr = async (env: Record<string, string>) => (await project.start(['run', 'a'], { env }).finished).stderr
  expect(await stderr({})).not.toContain('\u001b[')
  expect(await stderr({ FORCE_COLOR: '1' })).toContain('\u001b[')
  expect(await stderr({ FORCE_COLOR: '0' })).not.toContain('\u001b[')
})
