import { ChatPrompt, chatPrompt, PromptTemplate, prompt, promptRestrict } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PromptedGenerator, type PromptedGeneratorOptions } from '../index.js'

describe('PromptedGenerator alone on a storage', () => {
  test('a system message and a column', async () => {
    const serving = scriptedServing((request) => `${request.messages[0]?.content}|${questionOf(request)}`)
    const storage = new MemoryStorage([{ text: 'one' }, { text: 'two' }])
    const result = await new PromptedGenerator({
      serving,
      systemPrompt: 'Be brief',
      inputColumn: 'text',
      outputColumn: 'out',
      temperature: 0,
    }).run(storage)
    expect(result).toMatchObject({ rows: 2, rowsIn: 2, rejected: [] })
    expect((await storage.rows()).map((row) => row.out)).toEqual(['Be brief|one', 'Be brief|two'])
    expect(serving.requests.map(({ messages: _, promptVersion: __, ...sampling }) => sampling)).toEqual([
      { temperature: 0 },
      { temperature: 0 },
    ])
  })

  test('a system message given as text is not a template, and a column may have any name', async () => {
    const serving = scriptedServing(() => 'fine')
    const storage = new MemoryStorage([{ 'Preis (€).a{{b}}': '{{b}}', b: 'secret' }])
    await new PromptedGenerator({ serving, systemPrompt: 'Use {{b}} or \\{{b', inputColumn: 'Preis (€).a{{b}}' }).run(
      storage,
    )
    expect(serving.requests[0]?.messages).toEqual([
      { role: 'system', content: 'Use {{b}} or \\{{b' },
      { role: 'user', content: '{{b}}' },
    ])
    expect((await storage.rows())[0]?.generated_text).toBe('fine')
  })

  test('a prompt, a schema and columns of the answer', async () => {
    const serving = scriptedServing(() => '{"tone":"good","other":1}')
    const storage = new MemoryStorage([{ text: 'one' }])
    const schema = z.looseObject({ tone: z.string() })
    const generator = new PromptedGenerator({ serving, prompt: prompt('{{text}}'), schema })
    expect(generator.columns).toEqual({ reads: ['text'], adds: { tone: 'string' } })
    await generator.run(storage)
    expect(await storage.rows()).toEqual([{ text: 'one', tone: 'good' }])
  })

  test('an empty answer is a reject, never an empty cell', async () => {
    const serving = scriptedServing((request) => (questionOf(request) === 'b' ? ' ' : 'fine'))
    const storage = new MemoryStorage([{ text: 'a' }, { text: 'b' }])
    const result = await new PromptedGenerator({ serving, inputColumn: 'text' }).run(storage)
    expect(result.rejected).toMatchObject([{ rowId: 'rows:2', error: { code: 'MAESTRO_AI_EMPTY_ANSWER' } }])
    expect(await storage.rows()).toEqual([{ text: 'a', generated_text: 'fine' }])
  })

  test('a serving that throws rejects the row with what it threw', async () => {
    const serving = scriptedServing((request) => {
      if (questionOf(request) === 'b') throw new TypeError('socket hang up')
      return 'fine'
    })
    const storage = new MemoryStorage([{ text: 'a' }, { text: 'b' }])
    const result = await new PromptedGenerator({ serving, inputColumn: 'text' }).run(storage)
    expect(result.rejected).toMatchObject([
      { error: { code: 'MAESTRO_SERVING_FAILED', details: { reason: 'socket hang up' } } },
    ])
  })
})

describe('options that do not go together', () => {
  const serving = scriptedServing(() => 'fine')
  test.each<[what: string, options: Partial<PromptedGeneratorOptions>, reason: string]>([
    ['nothing to ask', { serving }, 'a `prompt` or an `inputColumn` is required'],
    ['a system message without a column', { serving, systemPrompt: 'x' }, 'a `prompt` or an `inputColumn` is required'],
    ['two questions', { serving, prompt: prompt('{{a}}'), inputColumn: 'b' }, '`prompt` cannot be given together'],
    [
      'two system messages',
      { serving, prompt: prompt('{{a}}'), systemPrompt: 'b' },
      '`prompt` cannot be given together',
    ],
    ['no serving', { inputColumn: 'text' }, 'a serving is required'],
  ])('%s', (_what, options, reason) => {
    expect(() => new PromptedGenerator(options as PromptedGeneratorOptions)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
    )
  })
})

describe('prompts that it takes', () => {
  const serving = scriptedServing(() => 'fine')
  const chat = chatPrompt([{ role: 'user', content: '{{text}}' }])

  test('all by default', () => {
    expect(new PromptedGenerator({ serving, prompt: chat }).validatePrompts([chat, prompt('x')])).toBe(true)
    expect(() => new PromptedGenerator({ serving, prompt: 4 as never })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_PROMPT_NOT_ALLOWED' }),
    )
  })

  test('a subclass may take fewer, and says so when it is made', async () => {
    const ChatGenerator = promptRestrict(ChatPrompt)(class ChatGenerator extends PromptedGenerator {})
    expect(() => new ChatGenerator({ serving, prompt: new PromptTemplate('{{text}}') })).toThrow(
      'ChatGenerator does not accept a PromptTemplate',
    )
    const { pipeline } = await import('@maestro-dataflow/core')
    const asked = pipeline('p')
      .from([{ text: 'a' }])
      .use(new ChatGenerator({ serving, prompt: chat }))
    expect(await Array.fromAsync(maestro().rows(asked))).toEqual([{ text: 'a', generated_text: 'fine' }])
  })
})
