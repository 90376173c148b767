import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf } from '../../__fixtures__/project-folder.js'
import { ask, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { LLMServing } from '../../contracts/serving.js'
import { pipeline } from '../../define/pipeline.js'
import { expectSums, RunFolder } from '../__fixtures__/run-folder.js'
import { exportRows, importRows } from '../record/edit-rows.js'
import { explainRow } from '../record/explain-row.js'
import { findRun } from '../record/run-record.js'
import type { StageDecision } from './decide-stages.js'
import { Lease } from './lease.js'

const folder = new RunFolder()

/**
 * A project whose model counts its answers, and a pipeline that is one stage if nothing cuts it.
 *
 * @param answer What the model answers to the text of a row.
 */
function counted(answer = (text: string): string | Promise<string> => `answer to ${text}`) {
  const calls = { read: 0, asked: 0, ended: 0 }
  const serving: LLMServing = {
    kind: 'llm',
    name: 'counting',
    identity: { version: 1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      calls.asked++
      const text = await answer(String(messages.at(-1)?.content))
      return { text, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, cost: 0, model: 'counting' }
    },
  }
  const project = folder.project({}, [smallPlugin().plugin], { servings: { default: serving } })
  const rows = pipeline('by-hand')
    .from([{ text: 'a' }, { text: 'b' }, { text: 'c' }])
    .map(
      (row) => {
        calls.read++
        return row
      },
      { id: 'read' },
    )
    .step(ask, {}, { id: 'ask' })
    .map(
      (row) => {
        calls.ended++
        return row
      },
      { id: 'end' },
    )
    .write('memory.sink', { name: 'out' })
  return { project, rows, calls }
}

const expected = ['answer to a', 'answer to b', 'answer to c']

describe('a run until a step', () => {
  test('stops after it, writes no output, and goes on there when it is resumed', async () => {
    const { project, rows, calls } = counted()
    const paused = await project.run(rows, { until: 'ask' })
    expect(paused.status).toBe('paused')
    expect(calls).toEqual({ read: 3, asked: 3, ended: 0 })
    expect([...folder.sinks.keys()]).toEqual([])
    const [unfinished] = await project.unfinishedRuns()
    expect(unfinished).toMatchObject({ runId: paused.runId, status: 'paused' })
    const report = await project.run(rows, { resume: { run: paused.runId } })
    expect(report).toMatchObject({ status: 'done', runId: paused.runId, counts: { rowsIn: 3, rowsOut: 3 } })
    expect(calls).toEqual({ read: 3, asked: 3, ended: 3 })
    expect(folder.values('out', 'answer')).toEqual(expected)
  })

  test('and then until a later one makes the stages between, and nothing twice', async () => {
    const { project, rows, calls } = counted()
    const { runId: run } = await project.run(rows, { until: 'read' })
    expect(calls).toEqual({ read: 3, asked: 0, ended: 0 })
    expect((await project.run(rows, { until: 'ask', resume: { run } })).status).toBe('paused')
    expect((await project.run(rows, { resume: { run } })).status).toBe('done')
    expect(calls).toEqual({ read: 3, asked: 3, ended: 3 })
    expect(folder.values('out', 'answer')).toEqual(expected)
  })

  test('that the pipeline does not have is refused', async () => {
    const { project, rows } = counted()
    expect(await errorOf(() => project.run(rows, { until: 'asked' }))).toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      details: { errors: [{ code: 'MAESTRO_PIPELINE_NO_SUCH_STEP', details: { step: 'asked' } }] },
    })
  })
})

test('a run from a step repeats its stage and the later ones, and reuses the answers', async () => {
  const { project, rows, calls } = counted()
  const { runId: run } = await project.run(rows, { until: 'read' })
  await project.run(rows, { until: 'ask', resume: { run } })
  let decisions: readonly StageDecision[] = []
  const onResume = (made: readonly StageDecision[]) => {
    decisions = made
  }
  await project.run(rows, { resume: { run, from: 'ask' }, onResume })
  expect(decisions.map(({ receipt, reason }) => receipt !== undefined || reason)).toEqual([
    true,
    'you asked for ask',
    undefined,
  ])
  expect(calls).toEqual({ read: 3, asked: 3, ended: 3 })
  expect(folder.values('out', 'answer')).toEqual(expected)
  const { runId: other } = await project.run(rows, { until: 'read' })
  expect((await errorOf(() => project.run(rows, { resume: { run: other, from: 'no' } }))).code).toBe(
    'MAESTRO_PIPELINE_NO_SUCH_STEP',
  )
})

test('a fresh run asks again, also when it goes on from a step, and its answers are kept', async () => {
  const { project, rows, calls } = counted()
  await project.run(rows)
  await project.run(rows)
  expect(calls.asked).toBe(3)
  const { runId: run } = await project.run(rows, { fresh: true, until: 'ask' })
  expect(calls.asked).toBe(6)
  await project.run(rows, { resume: { run, from: 'ask' } })
  expect(calls.asked).toBe(6)
  const again = await project.run(rows, { until: 'ask' })
  expect(calls.asked).toBe(6)
  await project.run(rows, { fresh: true, resume: { run: again.runId, from: 'ask' } })
  expect(calls.asked).toBe(9)
})

test('a run that was resumed to ask again, and then interrupted, asks again for the rest too', async () => {
  let round = 1
  const stop = new AbortController()
  const { project, rows } = counted((text) => {
    if (round === 2 && text !== 'a') {
      stop.abort()
      return new Promise(() => undefined)
    }
    return `answer ${round} to ${text}`
  })
  const { runId: run } = await project.run(rows, { until: 'ask' })
  round = 2
  const { signal } = stop
  expect((await errorOf(() => project.run(rows, { fresh: true, resume: { run, from: 'ask' }, signal }))).code).toBe(
    'MAESTRO_RUN_ABORTED',
  )
  round = 3
  await project.run(rows, { resume: { run } })
  expect(folder.values('out', 'answer')).toEqual([
    expect.stringMatching(/^answer [23] to a$/),
    'answer 3 to b',
    'answer 3 to c',
  ])
})

describe('the rows after a step', () => {
  /** Stops a run after its question, and exports the rows. */
  async function exported() {
    const { project, rows, calls } = counted()
    const { runId: run } = await project.run(rows, { until: 'ask' })
    const record = () => findRun(join(folder.path, '.maestro'), run)
    const path = join(folder.path, 'edit.jsonl')
    expect(await exportRows(await record(), 'ask', path)).toBe(3)
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(JSON.parse(lines[0] as string)).toEqual({ id: 'rows:1', row: { text: 'a', answer: 'answer to a' } })
    const edit = async (edited: readonly string[]) => {
      writeFileSync(path, `${edited.join('\n')}\n`)
      return importRows(await record(), 'ask', path)
    }
    return { project, rows, calls, run, lines, edit, record }
  }

  test('may be changed, added, removed, and moved by hand, and the ledger knows it', async () => {
    const { project, rows, calls, run, lines, edit, record } = await exported()
    const [a = '', b = '', c = ''] = lines
    const edits = await edit([c, a.replace('answer to a', 'mended'), '{"id":"new","row":{"text":"n","answer":"made"}}'])
    expect(edits).toEqual({ run, step: 'ask', rows: 3, changed: 1, added: 1, removed: 1 })
    expect(b).toContain('rows:2')
    const report = await project.run(rows, { resume: { run } })
    expectSums(report)
    expect(calls).toEqual({ read: 3, asked: 3, ended: 3 })
    expect(folder.values('out', 'answer')).toEqual(['answer to c', 'mended', 'made'])
    expect(report.steps.find(({ id }) => id === 'ask')?.counts).toMatchObject({
      rowsIn: 3,
      rowsOut: 3,
      created: 1,
      dropped: 1,
    })
    const stops = async (row: string) => explainRow(await record(), row).stops.find(({ step }) => step === 'ask')
    expect(await stops('rows:1')).toMatchObject({ outcome: 'passed', edited: 'changed' })
    expect(await stops('rows:2')).toMatchObject({ outcome: 'dropped', reason: 'removed by hand' })
    expect(await stops('rows:3')).not.toHaveProperty('edited')
    // The row that was added has met no step before.
    expect(explainRow(await record(), 'new').stops.map(({ step, edited }) => edited ?? step)).toEqual([
      'added',
      ...explainRow(await record(), 'rows:3')
        .stops.map(({ step }) => step)
        .slice(-2),
    ])
    expect(report.drops).toMatchObject([{ step: 'ask', reason: 'removed by hand', rows: 1 }])
  })

  test('do not replace a file that people have edited, unless told to, and no other file ever', async () => {
    const { record } = await exported()
    const path = join(folder.path, 'edit.jsonl')
    writeFileSync(path, 'an hour of work')
    for (const name of ['edit.jsonl', 'edit.csv']) {
      writeFileSync(join(folder.path, name), 'an hour of work')
      const again = async () => exportRows(await record(), 'ask', join(folder.path, name))
      expect((await errorOf(again)).code).toBe('MAESTRO_RUN_OUTPUT_EXISTS')
      expect(readFileSync(join(folder.path, name), 'utf8')).toBe('an hour of work')
    }
    expect(await exportRows(await record(), 'ask', path, true)).toBe(3)
    expect(readFileSync(path, 'utf8')).toContain('answer to a')
    const nowhere = async () => exportRows(await record(), 'ask', join(folder.path, 'no/folder/edit.csv'))
    expect((await errorOf(nowhere)).code).toBe('MAESTRO_RUN_OUTPUT_UNWRITABLE')
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('are not written to a file whose name promises another format, nor read from one', async () => {
    const { record } = await exported()
    const path = join(folder.path, 'edit.parquet')
    const found = await record()
    for (const work of [() => exportRows(found, 'ask', path), () => importRows(found, 'ask', path)])
      expect((await errorOf(work)).code).toBe('MAESTRO_RUN_EDIT_FORMAT')
  })

  test.each([
    ['broken', 'no row', /Line 1 of .*edit\.jsonl is not a row/],
    ['without an id', '{"row":{"text":"a"}}', /no "id"/],
    ['without a row', '{"id":"rows:1","row":[]}', /no "row"/],
    [
      'with a value of another type',
      '{"id":"rows:1","row":{"text":"a","answer":7}}',
      /"answer" holds .* its type is string/,
    ],
  ])('are not replaced by a line that is %s', async (_, line, message) => {
    const { project, rows, run, edit } = await exported()
    const error = await errorOf(() => edit([line]))
    expect(error).toMatchObject({ code: 'MAESTRO_RUN_EDIT_INVALID', message: expect.stringMatching(message) })
    await project.run(rows, { resume: { run } })
    expect(folder.values('out', 'answer')).toEqual(expected)
  })

  test('come twice, are of a step in the middle of a stage, or of a run in progress: refused', async () => {
    const { lines, edit, record } = await exported()
    expect((await errorOf(() => edit([...lines, lines[0] as string]))).message).toContain('comes twice')
    const path = join(folder.path, 'none.jsonl')
    const codeOf = async (step: string) => (await errorOf(async () => exportRows(await record(), step, path))).code
    expect(await codeOf('read')).toBe('MAESTRO_RUN_STEP_NOT_KEPT')
    expect(await codeOf('no')).toBe('MAESTRO_RUN_STEP_UNKNOWN')
    const lease = await Lease.take(join((await record()).directory, 'lease'), { what: 'run' })
    expect((await errorOf(() => edit(lines))).code).toBe('MAESTRO_RUN_HELD')
    await lease.release()
  })
})
