// The end of a command must not depend on the code of a plugin.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from '../__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs', './odd.js'], pipelines: 'pipelines/*' },
    'odd.js': "export default { name: 'odd', manifest: { apiVersion: 1 }, apply() {} }",
    'out/p.jsonl': '{"n":0}\n',
  })
})
afterEach(() => project.remove())

/** A pipeline whose step runs the given code for each of two rows. */
function step(code: string): void {
  project.write(
    'pipelines/p.js',
    `import { pipeline } from '@maestro-dataflow/core'
     export default pipeline('p')
       .from([{ n: 1 }, { n: 2 }])
       .map(async (row) => { ${code}; return row })
       .write('fs.file', { path: 'out/p.jsonl', mode: 'overwrite' })`,
  )
}

/** A plugin that runs the given code in a hook of a run. */
function plugin(hook: string, code: string): void {
  project.write(
    'odd.js',
    `import { definePlugin } from '@maestro-dataflow/core'
     export default definePlugin({ name: 'odd', observe: (hooks) => hooks.${hook}(async () => { ${code} }) })`,
  )
}

const unchanged = () => expect(project.read('out/p.jsonl')).toBe('{"n":0}\n')
const endless = 'await new Promise((done) => setTimeout(done, 600_000))'
const busy = "console.error('busy'); while (true) {}"

function runReport(): Record<string, unknown> {
  const [run] = readdirSync(join(project.folder, '.maestro/runs'))
  return JSON.parse(project.read(join('.maestro/runs', run ?? '', 'report.json')))
}

describe('a command that did not finish is never exit 0', () => {
  test.each(['process.exit(0)', 'process.exit()', 'process.exit(7)', 'process.reallyExit(0)'])(
    'a step that calls %s',
    async (code) => {
      step(code)
      const { code: exitCode, stderr } = await project.maestro('run', 'p')
      expect(exitCode).toBe(1)
      expect(stderr).toContain('MAESTRO_CLI_ENDED_EARLY')
      unchanged()
    },
  )

  test.each([['plan', 'p'], ['preview', 'p'], ['doctor'], ['plugins']])(
    'a plugin that ends the process while it is imported: maestro %s',
    async (...parameters) => {
      step('')
      project.write('odd.js', 'process.exit(0)')
      const { code, stdout } = await project.maestro(...parameters, '--json')
      expect(code).toBe(1)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'MAESTRO_CLI_ENDED_EARLY' } })
    },
  )

  test('a process that dies by a signal, or that waits for nothing', async () => {
    step("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})")
    const killed = await project.maestro('run', 'p')
    expect(killed).toMatchObject({ code: 1, stderr: expect.stringContaining('signal SIG') })
    step('await new Promise(() => {})')
    const waiting = await project.maestro('run', 'p')
    expect(waiting).toMatchObject({ code: 1, stderr: expect.stringContaining('MAESTRO_CLI_ENDED_EARLY') })
    unchanged()
  })
})

describe('an error that nobody catches', () => {
  test.each([
    ['is thrown in a timer', "setTimeout(() => { throw new Error('too late') }, 1)"],
    ['is a rejection', "Promise.reject(new Error('too late'))"],
    ['is no error', "setTimeout(() => { throw 'too late' }, 1)"],
    ['is an event', "new (await import('node:events')).EventEmitter().emit('error', new Error('too late'))"],
  ])('%s: it stops the run, which leaves its report', async (kind, code) => {
    step(kind === 'is an event' ? `setTimeout(async () => { ${code} }, 1); ${endless}` : `${code}; ${endless}`)
    const { code: exitCode, stdout, stderr } = await project.maestro('run', 'p')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/MAESTRO_CLI_LATE_ERROR: .*too late/)
    expect(stderr).toContain('run folder: ')
    expect(runReport()).toMatchObject({ status: 'aborted' })
    unchanged()
  })

  test('with --json the report is on standard output', async () => {
    step(`Promise.reject(new Error('too late')); ${endless}`)
    const { code, stdout } = await project.maestro('run', 'p', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'MAESTRO_CLI_LATE_ERROR' },
      report: { status: 'aborted' },
    })
  })

  test('after the run has finished counts too', async () => {
    step("setTimeout(() => { throw new Error('too late') }, 600)")
    const { code, stdout, stderr } = await project.maestro('run', 'p')
    expect(stdout).toContain('p: done')
    expect(code).toBe(1)
    expect(stderr).toContain('too late')
  })
})

describe('requests to stop', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops cleanly', async (signal) => {
    step(`console.error('at work'); ${endless}`)
    const running = project.start(['run', 'p'])
    await running.wrote('at work')
    running.process.kill(signal)
    const { code, stderr } = await running.finished
    expect(code).toBe(130)
    expect(stderr).toContain('MAESTRO_RUN_ABORTED')
    expect(runReport()).toMatchObject({ status: 'aborted' })
    unchanged()
  })

  test('one that ends the work before it can stop cleanly', async () => {
    step(`process.removeAllListeners('SIGTERM'); process.kill(process.pid, 'SIGTERM'); ${endless}`)
    const { code, stderr } = await project.maestro('run', 'p')
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    unchanged()
  })

  test.each([
    ['a step that never gives the process back', () => step(busy)],
    [
      'a hook at the end that never ends',
      () => {
        step('')
        plugin('runDone', `console.error('busy'); ${endless}`)
      },
    ],
    ['a plugin that is busy while it is imported', () => project.write('odd.js', busy)],
    ['a pipeline that is busy while it is imported', () => project.write('pipelines/p.js', busy)],
  ])('the second one ends the process: %s', async (_, prepare) => {
    step('')
    prepare()
    const running = project.start(['run', 'p'])
    await running.wrote('busy')
    // Two pending signals of one kind may merge into one.
    running.process.kill('SIGINT')
    running.process.kill('SIGTERM')
    const { code } = await running.finished
    expect(code).toBe(130)
  })

  test('a FIFO without a writer is refused, and blocks nothing', async () => {
    execFileSync('mkfifo', [join(project.folder, 'in.jsonl')])
    project.write(
      'pipelines/fifo.js',
      `
      import { pipeline } from '@maestro-dataflow/core'
      export default pipeline('fifo').read('fs.file', { path: 'in.jsonl' }).write('fs.file', { path: 'out/fifo.jsonl' })`,
    )
    const { code, stderr } = await project.maestro('run', 'fifo')
    expect(stderr).toContain('in.jsonl is a pipe, a device, or a socket')
    expect(code).toBe(1)
    expect(existsSync(join(project.folder, 'out/fifo.jsonl'))).toBe(false)
  })

  test('a supervisor that is killed takes the work with it', async () => {
    step(`console.error('pid ' + process.pid + ' at work'); ${endless}`)
    const running = project.start(['run', 'p'])
    await running.wrote('at work')
    running.process.kill('SIGKILL')
    // Both outputs are closed only when both processes have ended.
    const { stderr } = await running.finished
    expect(stderr).toContain('pid ')
    unchanged()
  })
})

test('work that is left behind does not hold up the end', async () => {
  step('globalThis.left ??= setInterval(() => {}, 1000)')
  const { code, stdout } = await project.maestro('run', 'p')
  expect({ code, done: stdout.includes('p: done') }).toEqual({ code: 0, done: true })
  expect(project.rows('out/p.jsonl')).toHaveLength(2)
})

test('the process that works has a small heap for young rows, unless the user sets its size', async () => {
  step('row.flags = process.execArgv.join()')
  expect((await project.maestro('run', 'p')).code).toBe(0)
  expect(project.rows('out/p.jsonl')).toMatchObject([{ flags: '--max-semi-space-size=16' }, {}])
  const own = project.start(['run', 'p'], { env: { NODE_OPTIONS: '--max-semi-space-size=64' } })
  expect((await own.finished).code).toBe(0)
  expect(project.rows('out/p.jsonl')).toMatchObject([{ flags: '' }, {}])
})
