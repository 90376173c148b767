import { chatPrompt, type LLMRequest, type LLMServing, pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import ai, { PromptedGenerator } from './index.js'

/** A serving whose answers come from a function, later for earlier questions. */
function scripted(answer: (request: LLMRequest) => string) {
  const requests: LLMRequest[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'scripted',
    capabilities: { jsonSchema: true, images: false, audio: false },
    async generate(request) {
      requests.push(request)
      await new Promise((resolve) => setTimeout(resolve, 20 - requests.length))
      return {
        text: answer(request),
        finishReason: 'stop',
        usage: { inputTokens: 1, outputTokens: 1 },
        model: 'scripted',
      }
    },
  }
  return { serving, requests }
}

const lastText = (request: LLMRequest) => String(request.messages.at(-1)?.content)

describe('ai.generate', () => {
  test('fills a column, in order, and never expands what a cell holds', async () => {
    const { serving, requests } = scripted((request) => lastText(request).toUpperCase())
    const rows = ['a {{b}}', 'c', 'd'].map((text) => ({ text, b: 'secret' }))
    const project = maestro({ plugins: [ai], servings: { default: serving } })
    const answered = await Array.fromAsync(
      project.rows(
        pipeline('p')
          .from(rows)
          .step('ai.generate', { prompt: prompt('x {{text}}'), output: 'loud' }),
      ),
    )
    expect(answered.map((row) => row.loud)).toEqual(['X A {{B}}', 'X C', 'X D'])
    expect(requests.map(lastText)).not.toContain('secret')
  })

  test('a schema makes typed columns; an answer that does not fit rejects its row alone', async () => {
    const { serving } = scripted((request) => (lastText(request) === 'b' ? '{"tone":"odd"}' : '{"tone":"good"}'))
    const project = maestro({ plugins: [ai], servings: { default: serving } })
    const asked = pipeline('p')
      .from(['a', 'b', 'c'].map((text) => ({ text })))
      .step('ai.generate', {
        prompt: chatPrompt([{ role: 'user', content: '{{text}}' }]),
        schema: z.object({ tone: z.enum(['good', 'bad']) }),
      })
    const preview = await project.preview(asked, 3)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
      { text: 'a', tone: 'good' },
      { text: 'c', tone: 'good' },
    ])
    expect(preview.rejects).toMatchObject([{ id: 'rows:2', error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
    expect(preview.report.usage).toMatchObject({ requests: 3, inputTokens: 3 })
  })

  test('every fault of a plan at once, each with what to do', async () => {
    const { serving } = scripted(() => '')
    const project = maestro({ plugins: [ai], servings: { big: serving } })
    const wrong = {
      name: 'wrong',
      source: { rows: [{ text: 'a' }], columns: { columns: {}, open: true } },
      steps: [
        { id: '1', input: 'source', use: 'ai.generate', options: { prompt: '{{txt}}', temprature: 1 } },
        { id: '2', input: '1', use: 'ai.generat', options: {} },
      ],
      sinks: [],
    }
    const error = await project.preview(wrong).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
    const codes = (error.details.errors as { code: string }[]).map(({ code }) => code)
    expect(codes).toContain('MAESTRO_PIPELINE_OPTION_UNKNOWN')
    expect(codes).toContain('MAESTRO_REGISTRY_UNKNOWN')
    expect(error.message).toContain('Did you mean "temperature"?')
    expect(error.message).toContain('Did you mean "ai.generate"?')
  })

  test('alone on a storage, as a class', async () => {
    const { serving } = scripted((request) => `${request.messages[0]?.content}|${lastText(request)}`)
    const storage = new MemoryStorage([{ text: 'one' }, { text: 'two' }])
    const result = await new PromptedGenerator({
      serving,
      systemPrompt: 'Be brief',
      inputColumn: 'text',
      outputColumn: 'out',
    }).run(storage)
    expect(result).toMatchObject({ rows: 2, rowsIn: 2, rejected: [] })
    expect((await storage.rows()).map((row) => row.out)).toEqual(['Be brief|one', 'Be brief|two'])
  })

  test('an empty answer is a reject, never an empty cell', async () => {
    const { serving } = scripted((request) => (lastText(request) === 'b' ? ' ' : 'fine'))
    const storage = new MemoryStorage([{ text: 'a' }, { text: 'b' }])
    const result = await new PromptedGenerator({ serving, inputColumn: 'text' }).run(storage)
    expect(result.rejected).toMatchObject([{ rowId: 'rows:2', error: { code: 'MAESTRO_AI_EMPTY_ANSWER' } }])
    expect(await storage.rows()).toEqual([{ text: 'a', generated_text: 'fine' }])
  })
})
