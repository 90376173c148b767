import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ask, Question, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { Row } from '../../contracts/row.js'
import type { LLMServing } from '../../contracts/serving.js'
import { pipeline } from '../../define/pipeline.js'
import { expectSums, numbers, RunFolder } from '../__fixtures__/run-folder.js'
import { enginePlugin, SmallTableEngine, unique } from '../__fixtures__/small-table-engine.js'
import type { CallFact } from './facts.js'
import { LedgerReader } from './read-ledger.js'

const folder = new RunFolder()
const path = () => join(folder.path, '.maestro/runs', folder.runs().at(-1) ?? '', 'ledger.bin')
const ledger = () => new LedgerReader(path())
const factsOf = (id: string) =>
  ledger()
    .trail(id)
    ?.facts.map(({ fact }) => fact)

describe('what a ledger notes', () => {
  test('a row that met nothing special is known, and costs next to nothing', async () => {
    await folder.project().run(
      pipeline('p')
        .from(numbers(20_000))
        .map((row) => row)
        .write('memory.sink', { name: 'm' }),
    )
    expect(ledger().trail('rows:1')).toMatchObject({ left: [{ stage: 0, pass: 'rows' }], facts: [] })
    expect(ledger().trail('rows:20000')).toBeDefined()
    expect(ledger().trail('rows:20001')).toBeUndefined()
    expect(ledger().trail('other:1')).toBeUndefined()
    expect(readFileSync(path()).length).toBeLessThan(2000)
  })

  test('why a filter and a flatMap dropped a row', async () => {
    const report = await folder.project().run(
      pipeline('p')
        .from(numbers(6))
        .filter(({ n }, { drop }) => n !== 1 || drop('it is one'), { id: 'keep' })
        .filter(async ({ n }, context) => n !== 2 || context.drop('it is two'), { id: 'later' })
        .filter(({ n }) => n !== 3, { id: 'silent' })
        .flatMap(({ n }, { drop }) => (n === 4 ? drop('nothing to split') : [{ n }, { n }]), { id: 'split' })
        .write('memory.sink', { name: 'm' }),
    )
    expectSums(report)
    expect(factsOf('rows:2')).toEqual([{ kind: 'dropped', step: 'keep', reason: 'it is one' }])
    expect(factsOf('rows:3')).toEqual([{ kind: 'dropped', step: 'later', reason: 'it is two' }])
    expect(factsOf('rows:4')).toEqual([{ kind: 'dropped', step: 'silent', reason: undefined }])
    expect(factsOf('rows:5')).toEqual([{ kind: 'dropped', step: 'split', reason: 'nothing to split' }])
    expect(factsOf('rows:6')).toEqual([{ kind: 'split', step: 'split', rows: 2 }])
    expect(ledger().trail('rows:6/split/1')).toBeDefined()
    expect(ledger().trail('rows:6/split/2')).toBeUndefined()
  })

  test('it notes what became of the rows of a flatMap', async () => {
    await folder
      .project()
      .run(
        pipeline('p')
          .from(numbers(2))
          .flatMap(({ n }) => [{ n }, { n: -1 }, { n: -2 }], { id: 'split' })
          .filter(({ n }, { drop }) => n !== -1 || drop('negative'), { id: 'keep' })
          .map(
            (row) => {
              if (row.n === -2) throw new Error('no')
              return row
            },
            { id: 'check' },
          )
          .write('memory.sink', { name: 'm' }),
      )
      .catch(() => undefined)
    expect(factsOf('rows:1/split/1')).toEqual([{ kind: 'dropped', step: 'keep', reason: 'negative' }])
    expect(factsOf('rows:2/split/2')).toMatchObject([{ kind: 'rejected', step: 'check', code: 'MAESTRO_STEP_FAILED' }])
    expect(factsOf('rows:2/split/0')).toEqual([])
  })

  test('rejects of the source, of steps, and of sinks', async () => {
    const rows: Row[] = [{ id: 'ä/1/2', n: 1 }, { id: 'b', n: 2 }, { id: 'b', n: 3 }, { n: 4 }, { id: 'c', n: 5 }]
    const report = await folder.project({ maxRejects: '100%' }).run(
      pipeline('p')
        .from(rows, { key: 'id' })
        .map(
          (row) => {
            if (row.n === 2) throw new Error('no')
            return row
          },
          { id: 'check' },
        )
        .write('memory.sink', { name: 'm' }),
    )
    expectSums(report)
    expect(factsOf('ä/1/2')).toEqual([])
    expect(factsOf('b')).toMatchObject([
      { kind: 'rejected', step: 'check' },
      // The second row with this id.
      { kind: 'rejected', step: 'source', code: 'MAESTRO_RUN_DUPLICATE_ID' },
    ])
    expect(factsOf('rows:4')).toMatchObject([{ kind: 'rejected', step: 'source', code: 'MAESTRO_STORAGE_ROW_INVALID' }])
  })

  test('rows that wait on disk for a slow one keep their facts', async () => {
    const last = Promise.withResolvers<void>()
    let left = 400
    const report = await folder.project({ bytesInFlight: 20_000, rowsInFlight: 500 }).run(
      pipeline('p')
        .from(numbers(400))
        .flatMap(
          ({ n }) => [
            { n, text: 'x'.repeat(200) },
            { n: -n, text: '' },
          ],
          { id: 'split' },
        )
        .filter(({ n }, { drop }) => n >= 0 || drop('negative'), { id: 'keep' })
        .map(
          async (row) => {
            if (--left === 1) last.resolve()
            if (row.n === 0 && row.text !== '')
              await Promise.race([last.promise, new Promise((resolve) => setTimeout(resolve, 500))])
            return row
          },
          { id: 'slow' },
        )
        .write('memory.sink', { name: 'm' }),
    )
    expectSums(report)
    expect(folder.values('m').filter((n) => Number(n) > 0)).toEqual(
      numbers(400)
        .slice(1)
        .map(({ n }) => n),
    )
    expect(factsOf('rows:300/split/1')).toEqual([{ kind: 'dropped', step: 'keep', reason: 'negative' }])
  })

  test('the row that a table step kept in place of another', async () => {
    const engine = new SmallTableEngine()
    const report = await folder.project({}, [enginePlugin(engine)]).run(
      pipeline('p')
        .from([{ n: 1 }, { n: 2 }, { n: 1 }])
        .step(unique, {}, { id: 'once' })
        .write('memory.sink', { name: 'm' }),
    )
    expectSums(report)
    expect(factsOf('rows:3')).toEqual([{ kind: 'merged', step: 'once', into: 'rows:1' }])
    expect(ledger().trail('rows:1')?.left).toEqual([
      { stage: 0, pass: 'input' },
      { stage: 0, pass: 'output' },
    ])
  })

  test('the checksum of every row, if it is asked for', async () => {
    const rows = pipeline('p')
      .from(numbers(3))
      .map((row) => row)
      .write('memory.sink', { name: 'm' })
    await folder.project({ ledger: 'checksums' }).run(rows)
    const [one, other] = [factsOf('rows:1'), factsOf('rows:2')]
    expect(one).toMatchObject([{ kind: 'written', checksum: expect.any(Number) }])
    expect(one).not.toEqual(other)
  })

  test('with `ledger: false` a run writes none', async () => {
    const rows = pipeline('p')
      .from(numbers(3))
      .filter(({ n }) => n > 0)
      .write('memory.sink', { name: 'm' })
    expectSums(await folder.project({ ledger: false }).run(rows))
    expect(ledger().trail('rows:1')).toBeUndefined()
    expect(existsSync(path())).toBe(false)
  })

  test('a run that keeps no folder writes none', async () => {
    const rows: unknown[] = []
    for await (const row of folder.project().rows(pipeline('p').from(numbers(3)))) rows.push(row)
    expect(rows).toHaveLength(3)
    expect(() => folder.runs()).toThrow()
  })
})

/** A project whose model answers, fails, or stops. */
function asking(onAsk: (text: string) => void = () => {}) {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'paid',
    model: 'tiny',
    price: { input: 0, request: 0.002 },
    identity: {},
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      const text = String(messages.at(-1)?.content)
      asked.push(text)
      onAsk(text)
      return { text: `to ${text}`, finishReason: 'stop', usage: { inputTokens: 6, outputTokens: 4 }, model: 'tiny' }
    },
  }
  const project = folder.project({}, [smallPlugin().plugin], { servings: { default: serving } })
  return { project, asked }
}

const steps = pipeline('p')
  .from(numbers(4).map(({ n }) => ({ text: String(n) })))
  .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false }, { id: 'ask' })
const twice = steps.map((row) => row).write('memory.sink', { name: 'm' })

describe('the calls of a row', () => {
  test('model, prompt, tokens, cost, tries, and whether the answer was reused', async () => {
    const { project } = asking()
    await project.run(twice)
    const call = {
      kind: 'called',
      step: 'ask',
      serving: 'paid',
      model: 'tiny',
      from: 'provider',
      tries: 1,
      inputTokens: 6,
      outputTokens: 4,
      nanoDollars: 2_000_000,
      key: expect.stringMatching(/^[0-9a-f]{12}$/),
      prompt: expect.any(String),
      endedMs: expect.any(Number),
      durationMs: expect.any(Number),
      error: undefined,
    }
    expect(factsOf('rows:2')).toEqual([call, { kind: 'written', checksum: expect.any(Number) }])
    const [first] = factsOf('rows:2') ?? []
    await project.run(twice)
    const [again] = factsOf('rows:2') ?? []
    expect(again).toMatchObject({ from: 'cache', key: (first as CallFact).key, inputTokens: 0, nanoDollars: 0 })
  })

  test('a failed call, with the code of its error', async () => {
    const { project } = asking((text) => {
      if (text === '1') throw new Error('no answer')
    })
    await project.run(twice)
    expect(factsOf('rows:2')).toMatchObject([
      { kind: 'called', error: expect.stringMatching(/^MAESTRO_/) },
      { kind: 'rejected', step: 'ask' },
    ])
  })
})

describe('a ledger after a crash', () => {
  test('cut at any byte, it holds the whole blocks before', async () => {
    await folder.project().run(
      pipeline('p')
        .from(numbers(40_000))
        .filter(({ n }) => n % 1000 > 0)
        .write('memory.sink', { name: 'm' }),
    )
    const whole = readFileSync(path())
    const ends: number[] = []
    for (let at = 0; at < whole.length; at += 8 + whole.readUInt32LE(at)) ends.push(at)
    expect(ends.length).toBeGreaterThan(2)
    // A block is also written when its rows have waited for long.
    const rowsOf = [...ledger().progress()].map(({ rows }) => rows)
    for (let cut = whole.length - 1; cut >= 0; cut -= 7) {
      truncateSync(path(), cut)
      const rows = [...ledger().rows()].reduce((sum, { ids }) => sum + ids.length, 0)
      const blocks = ends.filter((end) => end <= cut).length - 1
      expect(rows).toBe(rowsOf.slice(0, blocks).reduce((sum, count) => sum + count, 0))
    }
  })

  test('zeros at the end, as a power loss leaves them, and a changed byte end it', async () => {
    await folder.project().run(pipeline('p').from(numbers(5)).write('memory.sink', { name: 'm' }))
    const whole = readFileSync(path())
    writeFileSync(path(), Buffer.concat([whole, Buffer.alloc(64)]))
    expect(ledger().trail('rows:5')).toBeDefined()
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] as number) ^ 255
      writeFileSync(path(), changed)
      expect(ledger().trail('rows:5')).toBeUndefined()
    }
  })

  test('the paid calls of a stopped run are noted', async () => {
    const { project, asked } = asking((text) => {
      if (text === '3') throw Object.assign(new Error('stop'), { stopsRun: true })
    })
    const stop = new AbortController()
    const stopped = project.run(
      steps
        .map(async (row) => {
          stop.abort()
          return row
        })
        .write('memory.sink', { name: 'm' }),
      { signal: stop.signal },
    )
    await expect(stopped).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    const calls = [...ledger().facts()].filter(({ fact }) => fact.kind === 'called')
    expect(calls.length).toBeGreaterThan(0)
    expect(calls).toHaveLength(asked.length)
  })
})
