import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { listModels } from '@maestro-dataflow/plugin-local/models'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installCommand } from './__fixtures__/installed-command.js'
import { TemporaryProject } from './__fixtures__/temporary-project.js'
import type { LocalModels } from './models/local-models.js'

const name = 'smollm2-135m-instruct'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject()
})
afterEach(() => project.remove())

/** Runs the command with a models folder for the test. */
const models = (...parameters: string[]) =>
  project.start(['models', ...parameters], { env: { MAESTRO_MODELS: join(project.folder, 'models') } })

test('the parts of plugin-local that the command uses exist', async () => {
  const local: LocalModels = await import('@maestro-dataflow/plugin-local/models')
  expect(local.modelFolder()).toBeTypeOf('string')
})

test('the list shows the known models, and those on this machine', async () => {
  const { code, stdout, stderr } = await models('list').finished
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^name +size +file +license +what it is\nsmollm2-135m-instruct +\d+ MB +not here +Apache-2\.0/)
  expect(stdout).toContain(`Files are in ${join(project.folder, 'models')}\n`)
})

test('list --json is data', async () => {
  const known = (await listModels()).find((model) => model.name === name)
  project.write(`models/${known?.file}`, 'x')
  const { stdout } = await models('list', '--json').finished
  expect(JSON.parse(stdout)).toContainEqual({ ...known, path: join(project.folder, `models/${known?.file}`) })
})

test('path prints where the file is, and nothing else', { timeout: 300_000 }, async () => {
  expect((await project.maestro('models', 'pull', name)).code).toBe(0)
  const { code, stdout } = await project.maestro('models', 'path', name)
  expect(code).toBe(0)
  expect(existsSync(stdout.trim())).toBe(true)
  const json = await project.maestro('models', 'path', name, '--json')
  expect(JSON.parse(json.stdout)).toEqual({ name, path: stdout.trim() })
})

test('path of a model that is not here is an error that says how to get it', async () => {
  const { code, stderr } = await models('path', name).finished
  expect(code).toBe(1)
  expect(stderr).toContain(`maestro models pull ${name}`)
})

test('an unknown model is an error with the one that was meant', async () => {
  expect(await models('pull', 'smollm2-135m').finished).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(name),
  })
})

/** A hub that sends part of a file, and the rest on request. */
async function hub() {
  let finish = () => {}
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '8' }).write('GGUF')
    finish = () => response.end('more')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, finish: () => finish(), [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() }
}

test('pull fetches, says so in plain lines, and prints the path', async () => {
  await using from = await hub()
  const pulling = project.start(['models', 'pull', 'hf:some/repository/tiny.gguf'], {
    env: { MAESTRO_MODELS: join(project.folder, 'models'), HF_ENDPOINT: from.url },
  })
  await pulling.wrote('fetching hf:some/repository/tiny.gguf')
  const poll = setInterval(() => from.finish(), 20)
  const { code, stdout, stderr } = await pulling.finished
  clearInterval(poll)
  expect(code).toBe(0)
  expect(statSync(stdout.trim()).size).toBe(8)
  expect(stderr).not.toContain('\r')
})

test('on a terminal there is a bar', async () => {
  await using from = await hub()
  const poll = setInterval(() => from.finish(), 20)
  const { code, stdout } = await project.onTerminal(['models', 'pull', 'hf:some/repository/tiny.gguf'], 90, {
    MAESTRO_MODELS: join(project.folder, 'models'),
    HF_ENDPOINT: from.url,
  })
  clearInterval(poll)
  expect(code).toBe(0)
  expect(stdout).toContain('█')
})

test('Ctrl-C stops a pull; nothing is left under the model’s name', async () => {
  await using from = await hub()
  const pulling = project.start(['models', 'pull', 'hf:some/repository/tiny.gguf'], {
    env: { MAESTRO_MODELS: join(project.folder, 'models'), HF_ENDPOINT: from.url },
  })
  await pulling.wrote('fetching hf:some/repository/tiny.gguf')
  pulling.process.kill('SIGINT')
  expect(await pulling.finished).toMatchObject({ code: 130, stdout: '' })
  const left = readdirSync(join(project.folder, 'models'), { recursive: true, encoding: 'utf8' })
  expect(left.filter((file) => file.endsWith('.gguf'))).toEqual([])
})

test('without plugin-local it says what to install', () => {
  rmSync(join(project.folder, 'node_modules'))
  const bin = installCommand(join(project.folder, 'elsewhere'))
  const { status, stderr } = spawnSync(process.execPath, [bin, 'models', 'list'], {
    cwd: project.folder,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('npm install @maestro-dataflow/plugin-local'),
  })
})

test('the plugin-local of the project is the one that is asked', () => {
  rmSync(join(project.folder, 'node_modules'))
  const bin = installCommand(join(project.folder, 'elsewhere'), ['@maestro-dataflow/plugin-local'])
  const manifest = { name: '@maestro-dataflow/plugin-local', type: 'module', exports: { './models': './models.js' } }
  project.write('mine/node_modules/@maestro-dataflow/plugin-local/package.json', manifest)
  project.write(
    'mine/node_modules/@maestro-dataflow/plugin-local/models.js',
    "export const listModels = async () => []; export const modelFolder = () => 'my own folder'",
  )
  const list = (cwd: string, ...more: string[]) =>
    spawnSync(process.execPath, [bin, 'models', 'list', ...more], { cwd, encoding: 'utf8' }).stdout
  expect(list(join(project.folder, 'mine'))).toContain('my own folder')
  expect(list(project.folder)).toContain(name)
  expect(list(project.folder, '--config', 'mine/maestro.config.json')).toContain('my own folder')
})

test('the list of a provider shows the prices of its models', async () => {
  const { code, stdout } = await models('list', 'anthropic').finished
  expect(code).toBe(0)
  expect(stdout).toMatch(/^claude-haiku-4-5 +\$1 +\$5 /m)
  expect(stdout).toContain('Dollars per million tokens, as of ')
  const json = JSON.parse((await models('list', 'anthropic', '--json').finished).stdout)
  expect(json).toMatchObject({ provider: 'anthropic', models: { 'claude-haiku-4-5': { input: 1, output: 5 } } })
})

test('list with a provider that is not known names the near one', async () => {
  const { code, stderr } = await models('list', 'antropic').finished
  expect(code).toBe(1)
  expect(stderr).toContain('Did you mean "anthropic"?')
})
