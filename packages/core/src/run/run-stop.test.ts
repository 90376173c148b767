import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { pipeline } from '../define/pipeline.js'
import { numbers, RunFolder } from './__fixtures__/run-folder.js'

const folder = new RunFolder()
const aborted = { code: 'MAESTRO_RUN_ABORTED', report: { status: 'aborted' } }

/** An asynchronous source that yields some rows and then never anything else. */
class Silent implements AsyncIterableIterator<{ n: number }> {
  returned = 0
  #given = 0
  readonly #count: number
  readonly #whenSilent: () => void
  constructor(count: number, whenSilent: () => void = () => undefined) {
    this.#count = count
    this.#whenSilent = whenSilent
  }
  [Symbol.asyncIterator](): this {
    return this
  }
  async next(): Promise<IteratorResult<{ n: number }>> {
    if (this.#given < this.#count) return { done: false, value: { n: this.#given++ } }
    setImmediate(this.#whenSilent)
    return new Promise(() => undefined)
  }
  async return(): Promise<IteratorResult<{ n: number }>> {
    this.returned++
    return { done: true, value: undefined }
  }
}

describe('a run is stopped', () => {
  test('before it begins: nothing is read, nothing opened, and the report says so', async () => {
    let read = 0
    const steps = pipeline('p')
      .from(function* () {
        read++
        yield { n: 1 }
      })
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps, { signal: AbortSignal.abort() })).rejects.toMatchObject(aborted)
    expect([read, folder.sinks.size]).toEqual([0, 0])
    expect(JSON.parse(folder.runFile('report.json'))).toMatchObject({
      status: 'aborted',
      error: { code: aborted.code },
    })
    expect(folder.runLines('events.jsonl').at(-1)).toMatchObject({ event: 'run-done', status: 'aborted' })
  })

  test('while a sink opens', async () => {
    const stop = new AbortController()
    const steps = pipeline('p')
      .from(new Silent(3))
      .write('memory.sink', { name: 'out', at: (moment) => moment === 'open' && stop.abort() })
    await expect(folder.project().run(steps, { signal: stop.signal })).rejects.toMatchObject(aborted)
    expect(folder.states()).toEqual({ out: 'aborted' })
  })

  test('while the source keeps it waiting, which is told that no more is wanted', async () => {
    const stop = new AbortController()
    const source = new Silent(3, () => stop.abort())
    const steps = pipeline('p').from(source).write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps, { signal: stop.signal })).rejects.toMatchObject(aborted)
    expect(source.returned).toBe(1)
    expect(folder.states()).toEqual({ out: 'aborted' })
  })

  test('while the source never pauses: timers and signals have their turn', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 1)
    const steps = pipeline('p')
      .from(function* () {
        for (let n = 0; ; n++) yield { n }
      })
      .filter(() => false)
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps, { signal: stop.signal })).rejects.toMatchObject(aborted)
  })

  test('while steps work that take no notice of it', async () => {
    const stop = new AbortController()
    const steps = pipeline('p')
      .from(numbers(3))
      .map((row) => {
        setImmediate(() => stop.abort())
        return new Promise<typeof row>(() => undefined)
      })
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps, { signal: stop.signal })).rejects.toMatchObject(aborted)
  })

  test('when a step then throws an error of its own, it is still the stop that ended it', async () => {
    const stop = new AbortController()
    const steps = pipeline('p')
      .from(numbers(3))
      .write('memory.sink', {
        name: 'out',
        at(moment) {
          if (moment !== 'write') return
          stop.abort()
          throw new TypeError('the connection was closed')
        },
      })
    await expect(folder.project().run(steps, { signal: stop.signal })).rejects.toMatchObject(aborted)
  })

  test('once outputs are being committed it is too late', async () => {
    const stop = new AbortController()
    const steps = pipeline('p')
      .from(numbers(3))
      .write('memory.sink', { name: 'a', at: (moment) => moment === 'commit' && stop.abort() })
      .write('memory.sink', { name: 'b' })
    await expect(folder.project().run(steps, { signal: stop.signal })).resolves.toMatchObject({ status: 'done' })
    expect(folder.states()).toEqual({ a: 'committed', b: 'committed' })
  })

  test('a step that fails does not wait for a source that says nothing', async () => {
    const source = new Silent(3)
    const steps = pipeline('p')
      .from(source)
      .map(
        async () => {
          await null
          throw new RangeError('no')
        },
        { onError: 'fail' },
      )
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_STEP_FAILED' })
    expect(source.returned).toBe(1)
  })

  test('a loop over rows that is left while the source is silent ends and stops the source', async () => {
    const source = new Silent(3)
    const seen: unknown[] = []
    for await (const row of folder.project().rows(pipeline('p').from(source))) {
      seen.push(row)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([{ n: 0 }, { n: 1 }])
    expect(source.returned).toBe(1)
  })
})

describe('SIGINT in a process of its own', () => {
  const runtime = new URL('../../lib/runtime.js', import.meta.url).href
  const core = new URL('../../lib/index.js', import.meta.url).href
  const script = `
    import { appendFileSync, renameSync, rmSync } from 'node:fs'
    import { definePlugin, defineSink, defineStorage, pipeline } from ${JSON.stringify(core)}
    import { maestro } from ${JSON.stringify(runtime)}
    const any = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }
    const lines = defineStorage({
      name: 'lines.out',
      sink: defineSink({
        options: any,
        open: () => ({
          write: ({ rows }) => appendFileSync('out.tmp', rows.map((row) => JSON.stringify(row) + '\\n').join('')),
          commit: async () => (renameSync('out.tmp', 'out.jsonl'), { rows: 0, location: 'out.jsonl' }),
          abort: async () => rmSync('out.tmp', { force: true }),
        }),
      }),
    })
    const plugin = definePlugin({
      name: 'lines',
      manifest: { apiVersion: 1, contributes: { storages: { 'lines.out': 'Lines' } } },
      storages: [lines],
    })
    async function* endless() {
      for (let n = 0; ; n++) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (n === 20) console.log('running')
        yield { n }
      }
    }
    const stop = new AbortController()
    if (process.argv[2] === 'clean') process.once('SIGINT', () => stop.abort())
    try {
      await maestro({ plugins: [plugin], logLevel: 'silent' })
        .run(pipeline('p').from(endless).write('lines.out', {}), { signal: stop.signal })
    } catch (error) {
      console.log(error.code)
      process.exitCode = 130
    }
  `

  async function interrupted(how: 'clean' | 'rude') {
    writeFileSync(join(folder.path, 'run.mjs'), script)
    writeFileSync(join(folder.path, 'out.jsonl'), 'as it was')
    const child = spawn(process.execPath, ['run.mjs', how], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] })
    const said: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line)
      if (line === 'running') child.kill('SIGINT')
    }
    return { said, ...(await ended(child)) }
  }

  async function ended(child: ChildProcess) {
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve))
    return { code: child.exitCode, signal: child.signalCode }
  }
  const output = () => readFileSync(join(folder.path, 'out.jsonl'), 'utf8')

  test('that is turned into a stop: the output is as it was, and the report says what happened', async () => {
    expect(await interrupted('clean')).toEqual({ said: ['running', 'MAESTRO_RUN_ABORTED'], code: 130, signal: null })
    expect(output()).toBe('as it was')
    expect(existsSync(join(folder.path, 'out.tmp'))).toBe(false)
    expect(JSON.parse(folder.runFile('report.json'))).toMatchObject({ status: 'aborted' })
  })

  test('that kills it: the output is as it was, and its folder is that of a run that did not end', async () => {
    expect(await interrupted('rude')).toEqual({ said: ['running'], code: null, signal: 'SIGINT' })
    expect(output()).toBe('as it was')
    const [run = ''] = folder.runs()
    expect(existsSync(join(folder.path, '.maestro/runs', run, 'report.json'))).toBe(false)
    expect(folder.runLines('events.jsonl').map(({ event }) => event)).toEqual(['run-start', 'stage-start'])
    // The next run works as usual.
    await folder
      .project({}, [], { keepRuns: 1 })
      .run(pipeline('p').from(numbers(1)).write('memory.sink', { name: 'm' }))
    // The killed run counts like one that has ended.
    expect(folder.runs()).toHaveLength(1)
  })
})
