import { describe, expect, test } from 'vitest'
import { errorOf } from '../../__fixtures__/project-folder.js'
import { ask, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { LLMServing } from '../../contracts/serving.js'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import type { StageDecision } from './decide-stages.js'

const folder = new RunFolder()

/** A project whose model counts its answers, and a pipeline that is one stage if nothing cuts it. */
function counted() {
  const calls = { read: 0, asked: 0, ended: 0 }
  const serving: LLMServing = {
    kind: 'llm',
    name: 'counting',
    identity: { version: 1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      calls.asked++
      const text = `answer to ${messages.at(-1)?.content}`
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

test('a run from a step runs its stage and what depends on it again, and reuses the answers', async () => {
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
