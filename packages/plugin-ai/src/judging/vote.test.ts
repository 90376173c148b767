import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Voter, type VoterOptions } from './vote.js'

const ask = prompt('{{text}}')

/** Answers by the number of the sample. */
const sampled = (answers: readonly string[]) => scriptedServing((request) => answers[Number(request.sample)] ?? 'none')

async function voted(serving: VoterOptions['serving'], options: Partial<VoterOptions> = {}) {
  const storage = new MemoryStorage([{ text: 'a' }])
  const voter = new Voter({ serving, prompt: ask, ...options })
  const failed = await voter.run(storage).then(
    () => undefined,
    (error) => error.cause.code,
  )
  return { rows: await storage.rows(), failed, columns: voter.columns }
}

describe('the majority', () => {
  test('of samples that are asked for each by itself, at a temperature above 0', async () => {
    const serving = sampled(['Rome', 'paris.', ' Paris', 'Oslo', 'PARIS'])
    const { rows, columns } = await voted(serving, { samples: 5 })
    expect(rows).toEqual([{ text: 'a', vote: 'paris.', vote_agreement: 0.6 }])
    expect(columns).toEqual({ reads: ['text'], adds: { vote: 'string', vote_agreement: 'number' } })
    expect(serving.requests.map(({ sample }) => sample).toSorted()).toEqual(['0', '1', '2', '3', '4'])
    expect(serving.requests[0]?.temperature).toBe(1)
  })

  test('of labels; a sample that fails has no vote, and of as many the first counts', async () => {
    const labels = ['yes', 'no']
    const serving = sampled(['{"label":"maybe"}', '{"label":"no"}', '{"label":"yes"}'])
    const { rows } = await voted(serving, { labels, output: 'x' })
    expect(rows).toEqual([{ text: 'a', x: 'no', x_agreement: 1 / 3 }])
    expect((await voted(sampled(['', ' ', '']))).failed).toBe('MAESTRO_AI_EMPTY_ANSWER')
  })
})

describe('a judge', () => {
  const judge = () => scriptedServing(() => '{"best":2}', { name: 'judge' })

  test('sees the question and the answers that differ, as data', async () => {
    const chooser = judge()
    const { rows } = await voted(sampled(['one', 'One.', 'two']), { method: 'judge', judge: chooser, language: 'zh' })
    expect(rows).toEqual([{ text: 'a', vote: 'two', vote_agreement: 1 / 3 }])
    const [system, user] = chooser.requests[0]?.messages ?? []
    expect(system?.content).toContain('以下是一个问题的多个回答')
    expect(user?.content).toBe('<question>\na\n</question>\n\n<answers>\n["One.","two"]\n</answers>')
  })

  test('is not asked where all agree, and must name one of the answers', async () => {
    const chooser = judge()
    expect((await voted(sampled(['one', 'one', 'one']), { method: 'judge', judge: chooser })).rows[0]?.vote).toBe('one')
    expect(chooser.requests).toEqual([])
    const wrong = scriptedServing(() => '{"best":9}')
    expect((await voted(sampled(['a', 'b', 'c']), { method: 'judge', judge: wrong })).failed).toBe(
      'MAESTRO_SERVING_SCHEMA_MISMATCH',
    )
  })

  test('may be the same model', async () => {
    const serving = scriptedServing((request) =>
      request.schema === undefined ? (['x', 'y', 'z'][Number(request.sample)] ?? '') : '{"best":3}',
    )
    expect((await voted(serving, { method: 'judge' })).rows[0]?.vote).toBe('z')
  })
})

test('ai.vote in a pipeline, with a judge of the config', async () => {
  const servings = { default: sampled(['x', 'y']), big: scriptedServing(() => '{"best":2}') }
  const asked = pipeline('p')
    .from([{ text: 'a' }])
    .step('ai.vote', { prompt: ask, samples: 2, method: 'judge', judge: 'big' })
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings }).rows(asked))).toEqual([
    { text: 'a', vote: 'y', vote_agreement: 0.5 },
  ])
  await expect(maestro({ plugins: [ai], servings: { default: servings.default } }).preview(asked)).rejects.toThrow(
    'big',
  )
  expect(() => new Voter({ serving: servings.default, prompt: ask, samples: 1 })).toThrow('samples')
  expect(() => new Voter({ serving: servings.default, prompt: ask, temperature: 0 })).toThrow('temperature')
})
