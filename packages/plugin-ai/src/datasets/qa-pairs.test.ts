import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { QaPairGenerator, type QaPairGeneratorOptions } from './qa-pairs.js'

const text = 'The museum opens at nine. It shows old ships.'
const pair = (question: string, answer: string, evidence: string) => ({ question, answer, evidence })

async function make(pairs: readonly object[], options: Partial<QaPairGeneratorOptions> = {}) {
  const serving = scriptedServing([JSON.stringify({ pairs })])
  const storage = new MemoryStorage([{ id: 7, text }])
  const result = await new QaPairGenerator({ serving, input: 'text', ...options }).run(storage)
  return { ...result, rows: await storage.rows(), serving }
}

test('a row for each pair, with the piece of the text that it rests on', async () => {
  const { rows, serving } = await make([
    pair('When does it open?', 'At nine.', 'the museum opens at NINE'),
    pair('What does it show?', 'Ships.', 'It shows old ships.'),
  ])
  expect(rows[0]).toEqual({
    id: 7,
    text,
    question: 'When does it open?',
    answer: 'At nine.',
    evidence: 'The museum opens at nine',
    evidence_start: 0,
    evidence_end: 24,
  })
  expect(rows).toHaveLength(2)
  expect(questionOf(serving.requests[0] ?? { messages: [] })).toBe(`<text>\n${text}\n</text>`)
})

test('pairs without evidence in the text, without an answer, or asked twice are left out, and there are at most as many as requested', async () => {
  const good = pair('When does it open?', 'At nine.', 'opens at nine')
  const { rows } = await make(
    [
      pair('Who built it?', 'Ann.', 'Ann built it.'),
      pair('What?', ' ', 'old ships'),
      good,
      { ...good, question: 'when does it open? ' },
      pair('What does it show?', 'Ships.', 'old ships'),
      pair('Which ships?', 'Old ones.', 'old ships'),
    ],
    { pairs: 2 },
  )
  expect(rows.map((row) => row.question)).toEqual(['When does it open?', 'What does it show?'])
})

test('a text of which no pair rests on it is rejected', async () => {
  const made = make([pair('Who?', 'Ann.', 'Ann built it.')])
  await expect(made).rejects.toThrow('None of the 1 question-answer pairs')
})

test('in a pipeline, with names of one’s own and in Chinese words', async () => {
  const serving = scriptedServing([JSON.stringify({ pairs: [pair('何时开门？', '九点。', '博物馆九点开门')] })])
  const pairs = pipeline('p')
    .from([{ body: '博物馆九点开门。' }])
    .step('ai.qa-pairs', { input: 'body', language: 'zh', outputs: { question: 'q', answer: 'a', evidence: 'e' } })
    .map((row) => ({ q: row.q, a: row.a, from: row.e_start }))
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(pairs))).toEqual([
    { q: '何时开门？', a: '九点。', from: 0 },
  ])
  expect(String(serving.requests[0]?.messages[0]?.content)).toContain('逐字引用')
})
