import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, type ScriptedAnswer, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { Summarizer, type SummarizerOptions } from './summarize.js'

async function summarized(
  text: string,
  answer: (question: string) => ScriptedAnswer,
  options: Partial<SummarizerOptions> = {},
  contextTokens?: number,
) {
  const serving = scriptedServing((request) => answer(questionOf(request)), {
    capabilities: contextTokens === undefined ? {} : { contextTokens },
  })
  const storage = new MemoryStorage([{ text }, { text: 'short' }])
  const { rejected } = await new Summarizer({ serving, input: 'text', ...options }).run(storage)
  return { rows: await storage.rows(), rejected, requests: serving.requests }
}

test('a short text needs one call, and the prompt states the length and the language', async () => {
  const { rows, requests } = await summarized('A long story.', () => ' A story. ', {
    maxWords: 7,
    instructions: 'No names.',
  })
  expect(rows[0]).toEqual({ text: 'A long story.', summary: 'A story.' })
  expect(requests).toHaveLength(2)
  expect(requests[0]?.messages[0]?.content).toMatch(/at most 7 words[\s\S]*No names\./)
  const chinese = await summarized('很长的故事。', () => '故事。', { maxWords: 7, language: 'zh' })
  expect(chinese.requests[0]?.messages[0]?.content).toContain('不超过7个字')
})

const numbered = Array.from({ length: 40 }, (_, index) => `Sentence number ${index} of the text.`).join(' ')

test('a long text is summed up in parts, all of it, and then their summaries', async () => {
  const asked: string[] = []
  const { rows, requests } = await summarized(
    numbered,
    (question) => {
      asked.push(question)
      const numbers = Array.from(question.matchAll(/\d+/g), ([number]) => number)
      return `${numbers[0]}-${numbers.at(-1)}`
    },
    { chunkTokens: 100 },
  )
  expect(rows[0]?.summary).toBe('0-39')
  const parts = asked.filter((question) => question.includes('Sentence'))
  expect(parts.length).toBeGreaterThan(2)
  for (let index = 0; index < 40; index++)
    expect(parts.filter((part) => part.includes(`number ${index} of`))).toHaveLength(1)
  expect(requests).toHaveLength(parts.length + 2)
})

test('the parts fit the context of the model', async () => {
  const { rows, rejected, requests } = await summarized(numbered, () => 'fine', {}, 200)
  expect(rejected).toEqual([])
  expect(rows[0]?.summary).toBe('fine')
  expect(requests.length).toBeGreaterThan(4)
})

test('summarizing ends when summaries do not get shorter, and a part that fails rejects the row', async () => {
  const longer = await summarized(numbered, (question) => `${question} and more`, { chunkTokens: 100 })
  expect(longer.rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_SUMMARY_GREW' } }])
  const empty = await summarized(numbered, (question) => (question.includes('number 30') ? '' : 'fine'), {
    chunkTokens: 100,
  })
  expect(empty.rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_EMPTY_ANSWER' } }])
  const cut = { maxTokens: 1, chunkTokens: 1000 }
  expect(
    (await summarized('text', (question) => (question.includes('short') ? 'a' : 'a b'), cut)).rejected,
  ).toMatchObject([{ error: { code: 'MAESTRO_SERVING_CUT_OFF' } }])
  expect((await summarized('text', () => 'a b', { ...cut, onCutOff: 'keep' })).rows[0]?.summary).toBe('a')
})

test("a prompt of one's own has one column", async () => {
  const serving = scriptedServing(() => 'fine')
  const asked = pipeline('p')
    .from([{ text: 'a' }])
    .step('ai.summarize', { prompt: prompt('Sum up: {{text}}'), output: 'short' })
  expect(await Array.fromAsync(maestro({ plugins: [ai], servings: { default: serving } }).rows(asked))).toEqual([
    { text: 'a', short: 'fine' },
  ])
  expect(() => new Summarizer({ serving, prompt: prompt('{{a}} {{b}}') })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining('one column is expected') }),
  )
})
