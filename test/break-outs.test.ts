// `permissions: { name: 'enforce' }`: what an attacker who knows Node.js would try, besides test/permissions.test.ts.

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
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError, pipeline, type Row } from '@maestro-dataflow/core'
import { type Maestro, maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const plugin = 'maestro-plugin-break-out'
const root = join(import.meta.dirname, '..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-break-outs-')))
const secret = join(folder, 'secret.txt')
const out = join(folder, 'out')
let project: Maestro

const open = () =>
  maestro({
    directory: folder,
    plugins: [plugin],
    permissions: { [plugin]: 'enforce' },
    run: { maxRejects: '100%' },
    logLevel: 'silent',
  })

beforeAll(() => {
  const packageFolder = join(folder, 'node_modules', plugin)
  mkdirSync(packageFolder, { recursive: true })
  mkdirSync(join(folder, 'node_modules/@maestro-dataflow'))
  symlinkSync(join(root, 'packages/core'), join(folder, 'node_modules/@maestro-dataflow/core'))
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  copyFileSync(join(import.meta.dirname, '__fixtures__/break-out-plugin.js'), join(packageFolder, 'index.js'))
  const operators = { 'break-out.attempt': '', 'break-out.answer': '' }
  const manifest = { name: plugin, version: '1.0.0', type: 'module', exports: './index.js' }
  writeFileSync(
    join(packageFolder, 'package.json'),
    JSON.stringify({ ...manifest, maestro: { apiVersion: 1, contributes: { operators } } }),
  )
  writeFileSync(secret, 'a secret')
  process.env.MAESTRO_TEST_KEY = 'not for plugins'
  project = open()
})
afterAll(async () => {
  await project.dispose()
  delete process.env.MAESTRO_TEST_KEY
  rmSync(folder, { recursive: true, force: true })
})

const step = (use: string, options: object, rows: readonly Row[]) => ({
  ...pipeline('p').from(rows).definition,
  steps: [{ id: 'step', use: `break-out.${use}`, input: 'source', options }],
})

/** What an attempt got, or the error that rejects its row. */
async function attempt(name: string): Promise<unknown> {
  const steps = step('attempt', { attempt: name, path: secret, out, port: 9 }, [{ n: 0 }])
  try {
    for await (const row of project.rows(steps)) return (row as Row).result
    return undefined
  } catch (error) {
    return MaestroError.is(error, 'MAESTRO_RUN_ALL_FAILED') ? error.cause : error
  }
}

describe('an attempt is refused and named', () => {
  const read = `read ${secret}`
  const program = 'start another program'
  const network = 'use the network'
  test.each([
    ['a blob of a file', 'openAsBlob', read],
    ['a stream of a file', 'stream', read],
    ['the number of a file', 'descriptor', read],
    ['a copy of a file', 'copy', read],
    ['a hard link', 'hardLink', read],
    ['a link in its own folder', 'throughOwnLink', 'fs.symlink'],
    ['a way up from its own folder', 'folderAbove', read],
    ['a path of bytes', 'pathOfBytes', read],
    ['the changes of a file', 'watch', read],
    ['the names of a folder', 'folder', `read ${folder}`],
    ['where a file really is', 'realPathLater', read],
    ['an import of JSON', 'importJson', read],
    ['an import of code in an address', 'importData', read],
    ['hooks of its loader', 'hooks', read],
    ['another context of the engine', 'sandbox', read],
    ['a function of another context', 'sandboxedFunction', read],
    ['a loader of another kind of file', 'extension', read],
    ['a module that it gets from the process', 'builtinModule', program],
    ['a module of the main module', 'mainModule', program],
    ['a program that it does not wait for', 'spawned', program],
    ['a copy of itself', 'forked', program],
    ['a cluster', 'clustered', program],
    ['a thread of code in an address', 'workerOfData', 'start a worker thread'],
    ['a debugger in the process', 'session', 'open the debugger'],
    ['a picture of its memory', 'heapSnapshot', `write ${out}`],
    ['a picture of its memory later', 'snapshotAtLimit', 'write'],
    ['a trace', 'trace', 'write node_trace'],
    ['a report of a failure', 'reportOfFailure', `write ${out}`],
    ['an internal part of Node.js', 'internalBinding', 'use binding'],
    ['the environment of the project', 'environmentOfParent', `read /proc/${process.pid}/environ`],
    ['the memory of the project', 'memoryOfParent', `read /proc/${process.pid}/mem`],
    ['another way to the root', 'rootOfSystem', 'read /proc/self/root'],
    ['the end of the project', 'abortParent', 'use kill'],
    ['the end of all its processes', 'killGroup', 'use kill'],
    ['a signal by a prototype', 'reboundKill', 'use kill'],
    ['a connection that it makes for a request', 'createConnection', network],
    ['a connection of an agent', 'agent', network],
    ['a secure connection', 'secure', network],
    ['a socket without a file', 'abstractSocket', network],
    ['the address of a name', 'name', network],
    ['a name server of its own', 'nameServer', network],
  ])('%s', async (_what, name, deed) => {
    expect(await attempt(name)).toMatchObject({
      code: 'MAESTRO_PLUGIN_DENIED',
      plugin,
      message: expect.stringContaining(deed),
    })
    expect(existsSync(out)).toBe(false)
    expect(existsSync(`${secret}.copy`)).toBe(false)
  })
})

describe('an attempt fails', () => {
  test.each([
    ['a connection of a page', 'webSocket'],
    ['native code beside a file', 'addon'],
    ['a method of sockets that it puts in the place of ours', 'replacedConnect'],
    ['permissions that it gives itself', 'grant'],
  ])('%s', async (_what, name) => expect(await attempt(name)).toBeInstanceOf(Error))
})

describe('an attempt gets nothing', () => {
  test('a path that changes while it is read', async () => {
    expect(await attempt('changingPath')).not.toContain('a secret')
  })
  test('a place for compiled code', async () => {
    expect(await attempt('compileCache')).toContain('is not granted')
    expect(existsSync(out)).toBe(false)
  })
  test('variables of the environment', async () => expect(await attempt('titles')).toBe(''))
  test('the handles of its own sockets', async () => expect(await attempt('prototypeOfHandle')).toBe('none'))
  test('tests of Node.js, which run in other processes', async () => {
    expect(await attempt('testRunner')).not.toContain('test:pass')
  })
})

describe('what it sends back', () => {
  const rows = [{ n: 0 }, { n: 1 }, { n: 2 }]
  const answer = async (name: string, signal?: AbortSignal) => {
    const own = open()
    const kept: Row[] = []
    try {
      const write = (batch: { readonly rows: readonly Row[] }) => void kept.push(...batch.rows)
      const report = await own.runTo(step('answer', { answer: name }, rows), { write }, signal ? { signal } : {})
      return { kept, rejected: report.rejects.length }
    } finally {
      await own.dispose()
    }
  }
  const others = [
    { n: 0, result: 'fine' },
    { n: 2, result: 'fine' },
  ]

  test('changes no prototype', async () => {
    await answer('pollution')
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  test.each(['getter', 'proxy', 'deep', 'circular', 'nothing', 'text', 'throwsNull', 'throwsProxy'])(
    'costs one row alone: %s',
    async (name) => {
      expect(await answer(name)).toEqual({ kept: others, rejected: 1 })
    },
  )

  test('an error that pretends to be one of ours rejects its row', async () => {
    expect(await answer('forgedStop')).toEqual({ kept: others, rejected: 1 })
  })

  test('lines that are no messages cost nothing', async () => {
    expect((await answer('noise')).kept).toHaveLength(3)
  })

  test('the end of its process ends the run in words', async () => {
    await expect(answer('crash')).rejects.toMatchObject({ code: 'MAESTRO_PLUGIN_ENDED', plugin })
  })

  test.each(['endlessLoop', 'never'])('a run that waits for it can be stopped: %s', async (name) => {
    const stop = new AbortController()
    const running = answer(name, stop.signal)
    setTimeout(() => stop.abort(), 3000)
    await expect(running).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  })
})
