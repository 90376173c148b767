import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { Grounder, type GrounderOptions } from './ground.js'
import { ScorePrompt } from './score.prompt.js'

const source = 'The museum opens at nine. On Mondays it is closed.'
const claims = (...all: readonly string[]) => JSON.stringify({ claims: all })
const verdicts = (...all: readonly (readonly [number, string, string])[]) =>
  JSON.stringify({ verdicts: all.map(([claim, verdict, evidence]) => ({ claim, verdict, evidence })) })

async function ground(answers: readonly string[], options: Partial<GrounderOptions> = {}, from = source) {
  const serving = scriptedServing(answers)
  const storage = new MemoryStorage([{ answer: 'An answer.', source: from }])
  await new Grounder({ serving, input: 'answer', source: 'source', ...options }).run(storage)
  const [row] = await storage.rows()
  return { row, serving }
}

test('each claim with its verdict, and the piece of the source that says so', async () => {
  const { row, serving } = await ground([
    claims('It opens at nine.', 'It is open on Mondays.', 'It is free.'),
    verdicts(
      [1, 'supported', 'the museum opens at nine'],
      [2, 'contradicted', 'On Mondays it is closed.'],
      [3, 'not-found', ''],
    ),
  ])
  expect(row?.claims).toEqual([
    { claim: 'It opens at nine.', verdict: 'supported', evidence: 'The museum opens at nine', start: 0, end: 24 },
    {
      claim: 'It is open on Mondays.',
      verdict: 'contradicted',
      evidence: 'On Mondays it is closed.',
      start: 26,
      end: 50,
    },
    { claim: 'It is free.', verdict: 'not-found', evidence: null, start: null, end: null },
  ])
  expect(row?.claims_supported).toBeCloseTo(1 / 3)
  expect(questionOf(serving.requests[1] ?? { messages: [] })).toContain('{"number":1,"claim":"It opens at nine."}')
})

test('a claim without a quotation from the source is not supported, whatever the model says', async () => {
  const { row } = await ground([claims('It is old.'), verdicts([1, 'supported', 'It was built in 1700.'])])
  expect(row).toMatchObject({ claims: [{ verdict: 'not-found', evidence: null }], claims_supported: 0 })
})

test('a claim that the model forgets is not found', async () => {
  const { row } = await ground([claims('a', 'b'), verdicts([2, 'supported', 'nine'])])
  expect(row).toMatchObject({ claims: [{ verdict: 'not-found' }, { verdict: 'supported' }], claims_supported: 0.5 })
})

test('a long source is checked in parts, and a claim that one part supports is supported', async () => {
  const { row, serving } = await ground(
    [
      claims('It is closed on Mondays.'),
      verdicts([1, 'contradicted', 'opens at nine']),
      verdicts([1, 'supported', 'On Mondays it is closed.']),
    ],
    { chunkTokens: 8 },
  )
  expect(serving.requests).toHaveLength(3)
  expect(row).toMatchObject({ claims: [{ verdict: 'supported', start: 26, end: 50 }] })
})

test('a text that claims nothing has no share, and its source is not asked about', async () => {
  const { row, serving } = await ground([claims()])
  expect(row).toMatchObject({ claims: [], claims_supported: null })
  expect(serving.requests).toHaveLength(1)
})

test('in a pipeline', async () => {
  const serving = scriptedServing([claims('x'), verdicts([1, 'supported', 'nine'])])
  const grounded = pipeline('p')
    .from([{ answer: 'a', source }])
    .step('ai.ground', { input: 'answer', source: 'source', output: 'checked' })
    .map((row) => ({ share: row.checked_supported, first: row.checked[0]?.verdict ?? null }))
  const project = maestro({ plugins: [ai], servings: { default: serving } })
  expect(await Array.fromAsync(project.rows(grounded))).toEqual([{ share: 1, first: 'supported' }])
})

test('a prompt of one’s own asks for the verdicts; that of another task is refused', async () => {
  const own = prompt('Claims: {{text}} Source: {{source}}')
  const { serving } = await ground([claims('a'), verdicts([1, 'supported', 'nine'])], { prompt: own })
  expect(questionOf(serving.requests[1] ?? { messages: [] })).toMatch(/^Claims: \[\{"number":1/)
  const other = new ScorePrompt({ input: 'a', criterion: 'b' })
  await expect(ground([], { prompt: other })).rejects.toMatchObject({ code: 'MAESTRO_PROMPT_NOT_ALLOWED' })
})
