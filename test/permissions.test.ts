// `permissions: { name: 'enforce' }`: the operators of a package run in a process of their own, out of which it cannot get.

import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError, pipeline, type Row } from '@maestro-dataflow/core'
import { type Maestro, type MaestroOptions, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const plugin = 'maestro-plugin-escape'
const root = join(import.meta.dirname, '..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-permissions-')))
const secret = join(folder, 'secret.txt')
const names = ['attempt', 'add', 'even', 'twice', 'halves', 'ask', 'reversed', 'few']
const operators = Object.fromEntries(names.map((name) => [`escape.${name}`, '']))

beforeAll(() => {
  const packageFolder = join(folder, 'node_modules', plugin)
  mkdirSync(packageFolder, { recursive: true })
  mkdirSync(join(folder, 'node_modules/@maestro-dataflow'))
  symlinkSync(join(root, 'packages/core'), join(folder, 'node_modules/@maestro-dataflow/core'))
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  copyFileSync(join(import.meta.dirname, '__fixtures__/escape-plugin.js'), join(packageFolder, 'index.js'))
  const manifest = { name: plugin, version: '1.0.0', type: 'module', exports: './index.js' }
  writeFileSync(
    join(packageFolder, 'package.json'),
    JSON.stringify({ ...manifest, maestro: { apiVersion: 1, contributes: { operators } } }),
  )
  writeFileSync(secret, 'a secret')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Records what the user has accepted. */
function accept(permissions: object): void {
  const content = { lockVersion: 1, plugins: { [plugin]: { version: '1.0.0', permissions } } }
  writeFileSync(join(folder, 'maestro.lock.json'), JSON.stringify(content))
}

const opened: Maestro[] = []
afterEach(async () => {
  for (const project of opened.splice(0)) await project.dispose()
  rmSync(join(folder, 'maestro.lock.json'), { force: true })
})

function open(options: MaestroOptions = {}): Maestro {
  const project = maestro({
    directory: folder,
    plugins: [[plugin, { start: 100 }]],
    permissions: { [plugin]: 'enforce' },
    logLevel: 'silent',
    ...options,
  })
  opened.push(project)
  return project
}

/** The rows after one step. The steps are known by name alone, as in a pipeline of JSON. */
async function rowsAfter(
  use: string,
  options: object,
  rows: readonly Row[] = [{ n: 1 }],
  project = open(),
): Promise<Row[]> {
  const after: Row[] = []
  const definition = pipeline('p').from(rows).definition
  const steps = [{ id: 'step', use, input: 'source', options }]
  for await (const row of project.rows({ ...definition, steps })) after.push(row as Row)
  return after
}

/** What an attempt returns, or the error that rejects its row. */
async function attempt(name: string, options: object = {}, project = open()): Promise<unknown> {
  try {
    const [row] = await rowsAfter('escape.attempt', { attempt: name, ...options }, undefined, project)
    return row?.result
  } catch (error) {
    return MaestroError.is(error, 'MAESTRO_RUN_ALL_FAILED') ? error.cause : error
  }
}

const denied = (deed: string) =>
  expect.objectContaining({ code: 'MAESTRO_PLUGIN_DENIED', plugin, message: expect.stringContaining(deed) })

describe('a plugin without permissions', () => {
  test.each([
    ['reads a file', 'read', `read ${secret}`],
    ['asks where a file is', 'realPath', `read ${secret}`],
    ['reads a file by a URL', 'readThroughUrl', `read ${secret}`],
    ['reads a file asynchronously', 'readInPromise', `read ${secret}`],
    ['imports a file', 'importFile', `read ${secret}`],
    ['requires a file', 'hookedRequire', `read ${secret}`],
    ['reads the memory of its process', 'readOwnMemory', 'read /proc/self/environ'],
    ['writes a file', 'write', `write ${join(folder, 'written.txt')}`],
    ['makes a link', 'link', 'fs.symlink'],
    ['starts a program', 'command', 'start another program'],
    ['starts a worker thread', 'worker', 'start a worker thread'],
    ['loads a native addon', 'addon', 'use dlopen'],
    ['reaches for the insides of Node.js', 'binding', 'use binding'],
    ['reaches for linked insides of Node.js', 'linkedBinding', 'use _linkedBinding'],
    ['sends a signal', 'signal', 'use kill'],
    ['sends a signal by an imported function', 'importedSignal', 'use kill'],
    ['sends a signal by an internal function', 'rawSignal', 'use _kill'],
    ['sends a signal after it has replaced the function', 'restoredSignal', "read only property 'kill'"],
    ['opens the debugger of the project', 'debugger', 'use _debugProcess'],
    ['changes the priority of the project', 'priority', 'use setPriority'],
    ['changes the flags of the engine', 'engineFlags', 'use setFlagsFromString'],
    ['opens its own debugger', 'inspector', 'open the debugger'],
    ['uses WASI', 'wasi', 'use WASI'],
    ['registers a loader', 'loader', 'start a worker thread'],
    ['replaces its process by a program', 'replaceProcess', 'start another program'],
    ['writes a report of Node.js', 'report', `write ${secret}.report`],
    ['loads a file of variables', 'loadEnvironment', 'read'],
    ['connects to a host', 'network', 'use the network'],
    ['asks for a page', 'page', 'use the network'],
    ['asks for a page by HTTP/2', 'http2', 'use the network'],
    ['connects to a socket that is a file', 'socketFile', 'use the network'],
    ['listens', 'listen', 'use the network'],
    ['makes a handle of a server', 'serverHandle', 'use the network'],
    ['sends a datagram', 'datagram', 'use the network'],
    ['looks up a name', 'name', 'use the network'],
    ['resolves a name', 'resolver', 'use the network'],
    ['lists what is open', 'openHandles', 'use _getActiveHandles'],
  ])('fails when it %s', async (_, name, deed) => {
    const path = name === 'write' ? join(folder, 'written.txt') : secret
    const error = await attempt(name, { path })
    if (deed.startsWith('read only')) expect(error).toMatchObject({ message: expect.stringContaining(deed) })
    else expect(error).toEqual(denied(deed))
    expect(existsSync(join(folder, 'written.txt'))).toBe(false)
  })

  test('cannot open a database, because SQLite would not ask for permission', async () => {
    const path = join(folder, 'new.db')
    expect(await attempt('database', { path })).toBeInstanceOf(MaestroError)
    expect(existsSync(path)).toBe(false)
  })

  test('sees no variable of the environment', async () => {
    process.env.MAESTRO_TEST_KEY = 'not for plugins'
    expect(await attempt('environment')).not.toContain('not for plugins')
    delete process.env.MAESTRO_TEST_KEY
  })

  test('does the project no harm by messages that make no sense', async () => {
    expect(await attempt('nonsense')).toBe('sent')
  })

  test('stops the run with the reason when its process ends', async () => {
    expect(await attempt('exit')).toMatchObject({
      code: 'MAESTRO_PLUGIN_ENDED',
      plugin,
      details: { how: 'exit code 7' },
    })
  })
})

describe('what the user has accepted', () => {
  test('is allowed: paths, variables of the environment, and programs', async () => {
    accept({ paths: [secret], env: ['MAESTRO_TEST_KEY'], childProcesses: true })
    process.env.MAESTRO_TEST_KEY = 'for the plugin'
    expect(await attempt('read', { path: secret })).toBe('a secret')
    expect(await attempt('environment')).toContain('for the plugin')
    expect(await attempt('command', { path: secret })).toBe('a secret')
    delete process.env.MAESTRO_TEST_KEY
  })

  describe('hosts open connections to them alone', () => {
    const server = createServer((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage'))
    server.on('connection', (socket) => socket.on('error', () => undefined))
    let port = 0
    let project: Maestro
    beforeAll(async () => {
      await once(server.listen(0), 'listening')
      port = (server.address() as AddressInfo).port
      accept({ hosts: ['localhost'] })
      project = maestro({
        directory: folder,
        plugins: [[plugin, { start: 100 }]],
        permissions: { [plugin]: 'enforce' },
        logLevel: 'silent',
      })
      expect(await attempt('connectTo', { host: 'localhost', port }, project)).toBe('connected')
    })
    afterAll(async () => {
      await project.dispose()
      server.close()
    })
    const other = '127.0.0.2'

    test('for whatever connects', async () => {
      expect(await attempt('pageOf', { host: 'localhost', port }, project)).toBe('page')
    })

    test.each([
      ['another name', 'connectTo', 'models.example', 'connect to models.example'],
      ['another address', 'connectTo', other, `connect to ${other}`],
      ['another address, with methods replaced', 'replacedMethods', other, `connect to ${other}`],
      ['the look-up of another name', 'lookUp', 'models.example', 'look up models.example'],
      ['a question to a name server', 'resolver', '', 'ask a name server'],
      ['a server', 'listen', '', 'listen on the network'],
      ['a datagram', 'datagram', '', 'send datagrams'],
    ])('%s is refused', async (_, name, host, deed) => {
      expect(await attempt(name, { host, port }, project)).toEqual(denied(deed))
    })

    test.each([
      ['a look-up of its own', 'ownLookup'],
      ['options that change while they are read', 'changingOptions'],
    ])('%s leads to no other address', async (_, name) => {
      expect(await attempt(name, { host: other, port }, project)).toMatchObject({
        message: expect.stringMatching(/EACCES|look up|connect to 127/),
      })
    })

    test('the handle below an allowed connection connects to no other address', async () => {
      expect(await attempt('handleOfConnection', { host: other, port }, project)).toBe('refused')
    })

    test('another port is refused', async () => {
      accept({ hosts: ['localhost:1'] })
      expect(await attempt('connectTo', { host: 'localhost', port })).toEqual(denied(`connect to localhost:${port}`))
    })

    test('a socket that is a file is refused', async () => {
      accept({ hosts: ['127.0.0.1'] })
      for (const name of ['socketFile', 'socketFileByHttp'])
        expect(await attempt(name, { path: join(folder, 'a.sock') })).toEqual(denied('use a socket that is a file'))
    })
  })

  test('a path in words grants nothing', async () => {
    accept({ paths: ['the path of the option `path`'] })
    expect(await attempt('read', { path: secret })).toEqual(denied(`read ${secret}`))
  })
})

describe('operators in a process of their own', () => {
  test('a map keeps the types of values, and the options have their defaults', async () => {
    const values = {
      n: 1,
      big: 10n ** 30n,
      at: new Date(0),
      bytes: new Uint8Array([1]),
      nan: Number.NaN,
      7: 'seven',
      1: 'one',
    }
    const rows = await rowsAfter('escape.add', { input: 'n', output: 'sum' }, [values])
    expect(Object.entries(rows[0] ?? {})).toEqual(Object.entries({ ...values, sum: 102 }))
  })

  test('a filter says why it drops a row', async () => {
    expect(await rowsAfter('escape.even', { input: 'n' }, [{ n: 1 }, { n: 2 }])).toEqual([{ n: 2 }])
  })

  test('a flatMap may return one object again and again', async () => {
    expect(await rowsAfter('escape.twice', {}, [{ n: 5 }])).toEqual([
      { n: 5, part: 0 },
      { n: 5, part: 1 },
    ])
  })

  test('an operator on batches rejects single rows with its own errors', async () => {
    const rows = Array.from({ length: 6 }, (_, n) => ({ n }))
    const after = await rowsAfter('escape.halves', { input: 'n' }, rows)
    expect(after).toEqual([0, 2, 4].map((n) => ({ n, half: n / 2, batch: 3 })))
  })

  describe('on the whole table', () => {
    const numbers = Array.from({ length: 3000 }, (_, n) => ({ n, big: BigInt(n) }))
    const steps = (options: object, use = 'escape.reversed') => ({
      ...pipeline('p').from(numbers).definition,
      steps: [{ id: 'all', use, input: 'source', options }],
    })
    const run = (options: object) => open().runTo(steps(options), { write: () => undefined } as never)

    test('an operator reads its rows several times, rejects and drops some, and warns', async () => {
      const rows = await rowsAfter('escape.reversed', {}, numbers)
      expect(rows).toEqual(
        numbers
          .slice(2)
          .reverse()
          .map((row) => ({ ...row, count: 3000 })),
      )
      const report = await run({})
      expect(report.steps[0]).toMatchObject({ counts: { rowsIn: 3000, rowsOut: 2998, rejected: 1, dropped: 1 } })
      expect(report.warnings).toEqual([{ step: 'all', message: expect.stringContaining('3000 rows of p') }])
    })

    test('an operator cannot read a file', async () => {
      await expect(run({ attempt: 'read' })).rejects.toMatchObject({
        code: 'MAESTRO_PLUGIN_DENIED',
        details: { deed: 'read /etc/hostname' },
      })
    })

    test('what it writes is checked as for every operator', async () => {
      await expect(run({ attempt: 'twice' })).rejects.toMatchObject({ code: 'MAESTRO_STEP_CONTRACT' })
    })

    test('the statements of a table operator are checked and run by the table engine of the project', async () => {
      const engine = await import('@maestro-dataflow/plugin-table')
      const withEngine = () => open({ plugins: [[plugin, { start: 100 }], engine.default] })
      const where = (text: string, more = {}) =>
        rowsAfter('escape.few', { where: text, ...more }, numbers, withEngine())
      expect(await where('n < 2')).toEqual(numbers.slice(0, 2))
      await expect(where(`n < length(read_text('${secret}'))`)).rejects.toThrow('read_text')
      await expect(where('n < 2', { seed: `1) or 1 in (select 1 from read_text('${secret}')` })).rejects.toThrow('seed')
    })
  })

  test('the plan checks options and columns as for every operator', async () => {
    const definition = pipeline('p').from([{ n: 1 }]).definition
    const plan = (options: object) =>
      open().plan({ ...definition, steps: [{ id: 's', use: 'escape.add', input: 'source', options }] })
    await expect(plan({ input: 'm', output: 'x' })).rejects.toThrow('no column "m"')
    await expect(plan({ input: 'n', outptu: 'x' })).rejects.toThrow('Did you mean "output"')
    await expect(plan({ input: 'n', output: 4 })).rejects.toThrow('output')
  })

  test('the options of the plugin are checked by its own schema', async () => {
    const settings = { plugins: [[plugin, { start: 'now' }] as const] }
    await expect(rowsAfter('escape.even', { input: 'n' }, [{ n: 2 }], open(settings))).rejects.toMatchObject({
      code: 'MAESTRO_PLUGIN_OPTIONS',
    })
  })

  test('a project goes on after it was disposed', async () => {
    const { definition } = pipeline('p').from([{ n: 2 }])
    const even = { ...definition, steps: [{ id: 's', use: 'escape.even', input: 'source', options: { input: 'n' } }] }
    const own = open()
    for (let time = 0; time < 2; time++) {
      const rows: unknown[] = []
      for await (const row of own.rows(even)) rows.push(row)
      expect(rows).toEqual([{ n: 2 }])
      await own.dispose()
    }
  })
})

describe('servings of operators in a process of their own', () => {
  const serving = () => scriptedServing(({ messages }) => `answer to ${JSON.stringify(messages[0]?.content)}`)

  test('are asked in the process of the project, for the step and the run', async () => {
    const servings = { default: serving() }
    const definition = pipeline('p').from([{ n: 1 }]).definition
    const steps = [{ id: 'asked', use: 'escape.ask', input: 'source', options: {} }]
    const report = await open({ servings }).runTo({ ...definition, steps }, { write: () => undefined } as never)
    expect(report.usage).toMatchObject({ requests: 1 })
  })

  test('are only those that the operator names', async () => {
    const settings = { servings: { default: serving(), other: serving() } }
    await expect(rowsAfter('escape.ask', { serving: 'other' }, [{ n: 1 }], open(settings))).rejects.toThrow(
      'does not name',
    )
  })

  test('read no file for it', async () => {
    const settings = { servings: { default: serving() } }
    await expect(rowsAfter('escape.ask', { image: secret }, [{ n: 1 }], open(settings))).rejects.toMatchObject({
      cause: denied('read a file or an address'),
    })
  })
})

describe('the setting', () => {
  test('names a plugin of the config', async () => {
    await expect(open({ permissions: { 'maestro-plugin-escpe': 'enforce' } }).plugins()).rejects.toThrow(
      `Did you mean "${plugin}"?`,
    )
  })
  test('is for packages that contribute operators alone', async () => {
    const name = '@maestro-dataflow/plugin-table'
    symlinkSync(join(root, 'packages/plugin-table'), join(folder, 'node_modules/@maestro-dataflow/plugin-table'))
    const own = open({ plugins: [name], permissions: { [name]: 'enforce' } })
    await expect(own.contributionsOf(name)).rejects.toThrow('it contributes the table engine')
  })
})
