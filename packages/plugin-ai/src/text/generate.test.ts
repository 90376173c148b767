import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  chatPrompt,
  definePlugin,
  definePrompt,
  defineSink,
  defineStorage,
  EnhancedLLMServing,
  type LLMRequest,
  type LLMServing,
  maestroError,
  type PipelineDefinition,
  type PipelinePlan,
  Prompt,
  PromptTemplate,
  pipeline,
  prompt,
} from '@maestro-dataflow/core'
import { type MaestroOptions, maestro } from '@maestro-dataflow/core/runtime'
import { type ScriptedAnswer, scriptedServing } from '@maestro-dataflow/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import ai from '../index.js'
import { PromptedGenerator } from './prompted-generator.js'

/** The text of a request's question, also when the model is asked to mend its answer. */
const question = ({ messages }: LLMRequest): string => String(messages.find(({ role }) => role === 'user')?.content)

const project = (serving: LLMServing, more: MaestroOptions = {}) =>
  maestro({ plugins: [ai, tones], servings: { default: serving }, ...more })

/** All rows are asked about at once. */
const atOnce = (serving: LLMServing) => new EnhancedLLMServing(serving, { settings: { limits: { concurrency: 64 } } })

/** A pipeline as YAML gives it: options are data. */
const asData = (options: object, rows: readonly object[] = [{ text: 'a' }]): PipelineDefinition => ({
  name: 'p',
  source: { rows: () => rows as never, columns: { columns: { text: 'string', stars: 'number' }, open: false } },
  steps: [{ id: 'ask', input: 'source', use: 'ai.generate', options }],
  sinks: [],
})

class TonePrompt extends PromptTemplate {
  constructor(input: string, tone: string) {
    if (tone === 'broken') throw new TypeError('no such tone')
    super(`In a ${tone} tone: {{${input}}}`)
  }
}

const tones = definePlugin({
  name: 'tones',
  manifest: { apiVersion: 1, contributes: { prompts: { 'test.tone': 'Asks for a tone' } } },
  apply: (hooks) =>
    hooks.prompts.tap('tones', (registry) =>
      registry.add(
        definePrompt({
          name: 'test.tone',
          options: z.strictObject({ input: z.string(), tone: z.string().default('calm') }),
          create: ({ input, tone }) => new TonePrompt(input, tone),
        }),
      ),
    ),
})

describe('answers as columns', () => {
  test('fills a column, in the order of the rows whichever answer comes first, and never expands what a cell holds', async () => {
    const rows = ['a {{b}}', 'c', 'd'].map((text) => ({ text, b: 'secret' }))
    const gates: (() => void)[] = []
    const answeredFirst: string[] = []
    const serving = scriptedServing(async (request) => {
      await new Promise<void>((open) => {
        // When all are asked, the last gets its answer first.
        if (gates.push(open) < rows.length) return
        queueMicrotask(() => gates.toReversed().forEach((gate) => void gate()))
      })
      answeredFirst.push(question(request))
      return question(request).toUpperCase()
    })
    const asked = pipeline('p')
      .from(rows)
      .step('ai.generate', { prompt: prompt('x {{text}}'), output: 'loud' })
    const answered = await Array.fromAsync(project(atOnce(serving)).rows(asked))
    expect(answered.map((row) => row.loud)).toEqual(['X A {{B}}', 'X C', 'X D'])
    expect(answeredFirst).toEqual(['x d', 'x c', 'x a {{b}}'])
  })

  test('several columns and fields in one template, and in the turns of a chat', async () => {
    const serving = scriptedServing(() => 'fine')
    const rows = pipeline('p').from([{ text: '很好 👍', stars: 5, author: { name: 'Ann' } }])
    await Array.fromAsync(
      project(serving).rows(
        rows
          .step('ai.generate', {
            prompt: prompt('{{author.name}} ({{stars}}): {{text}}', { system: 'Hi {{author.name}}' }),
          })
          .step('ai.generate', {
            prompt: chatPrompt([
              { role: 'user', content: 'Fair' },
              { role: 'assistant', content: 'neutral' },
              { role: 'user', content: '{{text}} {{generated_text}} {{author}}' },
            ]),
            output: 'tone',
          }),
      ),
    )
    expect(serving.requests.map(({ messages }) => messages)).toEqual([
      [
        { role: 'system', content: 'Hi Ann' },
        { role: 'user', content: 'Ann (5): 很好 👍' },
      ],
      [
        { role: 'user', content: 'Fair' },
        { role: 'assistant', content: 'neutral' },
        { role: 'user', content: '很好 👍 fine {"name":"Ann"}' },
      ],
    ])
  })

  test('a preview shows two questions about one row one after the other, though they are asked side by side', async () => {
    // The answers to the second question, and those to later rows, come first.
    const gates: (() => void)[] = []
    const serving = scriptedServing(async (request) => {
      await new Promise<void>((open) => {
        if (gates.push(open) < 6) return
        queueMicrotask(() => gates.toReversed().forEach((gate) => void gate()))
      })
      return question(request) === 'y b' ? '' : question(request)
    })
    const asked = pipeline('p')
      .from(['a', 'b', 'c'].map((text) => ({ text })))
      .step('ai.generate', { prompt: prompt('x {{text}}'), output: 'x' })
      .step('ai.generate', { prompt: prompt('y {{text}}'), output: 'y' })
    const { steps } = await project(atOnce(serving)).preview(asked, 3)
    expect(steps.map(({ rows }) => rows.map(({ row }) => row))).toEqual([
      ['a', 'b', 'c'].map((text) => ({ text })),
      ['a', 'b', 'c'].map((text) => ({ text, x: `x ${text}` })),
      ['a', 'c'].map((text) => ({ text, x: `x ${text}`, y: `y ${text}` })),
    ])
  })

  test('a schema makes typed columns; an answer that does not fit rejects its row alone', async () => {
    const serving = scriptedServing((request) => ({
      object: { tone: question(request) === 'b' ? 'odd' : 'good' },
      usage: { inputTokens: 1, outputTokens: 1 },
    }))
    const asked = pipeline('p')
      .from(['a', 'b', 'c'].map((text) => ({ text })))
      .step('ai.generate', { prompt: prompt('{{text}}'), schema: z.object({ tone: z.enum(['good', 'bad']) }) })
    const preview = await project(serving).preview(asked, 3)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
      { text: 'a', tone: 'good' },
      { text: 'c', tone: 'good' },
    ])
    expect(preview.rejects).toMatchObject([{ id: 'rows:2', error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
    // The answer that did not fit was asked for once more.
    expect(preview.report.usage).toMatchObject({ requests: 3, retries: 1, inputTokens: 4 })
  })

  test('with `output` a schema’s answer is one column', async () => {
    const serving = scriptedServing(() => '{"tone":"good","stars":1}')
    const schema = z.object({ tone: z.string(), stars: z.number() })
    const asked = pipeline('p')
      .from([{ text: 'a' }])
      .step('ai.generate', { prompt: prompt('{{text}}'), schema, output: 'all' })
    expect(await Array.fromAsync(project(serving).rows(asked))).toEqual([
      { text: 'a', all: { tone: 'good', stars: 1 } },
    ])
  })

  test('properties that a model adds reach no column, and those that it leaves out keep no old value', async () => {
    const serving = scriptedServing(() => '{"tone":"good","text":"overwritten","__proto__":{"x":1}}')
    const schema = {
      type: 'object',
      properties: { tone: { type: 'string' }, stars: { type: 'number' } },
      required: ['tone'],
    }
    const rows = [{ text: 'a', stars: 3 }]
    const answered = await Array.fromAsync(project(serving).rows(asData({ prompt: '{{text}}', schema }, rows)))
    expect(answered.map((row) => Object.entries(row))).toEqual([
      [
        ['text', 'a'],
        ['tone', 'good'],
        ['stars', undefined],
      ],
    ])
  })
})

describe('options as data', () => {
  test('a text alone is a template, and a JSON Schema is a schema whose properties are columns of the plan', async () => {
    const serving = scriptedServing((request) => (question(request) === 'Rate b' ? '{"rating":9}' : '{"rating":4}'))
    const schema = {
      type: 'object',
      properties: { rating: { type: 'integer', minimum: 1, maximum: 5 } },
      required: ['rating'],
    }
    const definition = asData({ prompt: 'Rate {{text}}', schema }, [{ text: 'a' }, { text: 'b' }])
    const preview = await project(serving).preview(definition, 2)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ text: 'a', rating: 4 }])
    expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
    expect(serving.requests[0]?.schema).toEqual(schema)
    expect(await plan(definition)).toMatchObject({
      columnsOut: { columns: { text: 'string', rating: 'integer' } },
      options: { schema: { schema } },
    })
  })

  test('a list of turns is a chat', async () => {
    const serving = scriptedServing(() => 'fine')
    const turns = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: '{{text}}' },
    ]
    await Array.fromAsync(project(serving).rows(asData({ prompt: turns })))
    expect(serving.requests[0]?.messages).toEqual([turns[0], { role: 'user', content: 'a' }])
  })

  test('a contributed prompt, by name, with its own options', async () => {
    const serving = scriptedServing(() => 'fine')
    const options = { prompt: { use: 'test.tone', input: 'text', tone: 'angry' }, output: 'reply' }
    expect(await Array.fromAsync(project(serving).rows(asData(options)))).toEqual([{ text: 'a', reply: 'fine' }])
    expect(serving.requests.map(question)).toEqual(['In a angry tone: a'])
    expect(await plan(asData(options))).toMatchObject({
      effects: { reads: ['text'] },
      options: { prompt: { prompt: 'TonePrompt' } },
    })
  })

  test('the prompt’s version in the plan changes with its wording, contributed or not', async () => {
    const versions = await Promise.all(
      [
        'x {{text}}',
        'y {{text}}',
        { use: 'test.tone', input: 'text' },
        { use: 'test.tone', input: 'text', tone: 'sad' },
      ]
        .map((given) => plan(asData({ prompt: given })))
        .map(async (step) => ((await step).options as { prompt: { version: string } }).prompt.version),
    )
    expect(new Set(versions).size).toBe(4)
  })

  test('sampling goes to the model and nothing else does', async () => {
    const serving = scriptedServing(() => 'fine')
    const sampling = { temperature: 0.5, topP: 0.9, topK: 3, seed: 7, stop: ['\n'], maxTokens: 9 }
    await Array.fromAsync(
      project(serving).rows(asData({ prompt: '{{text}}', output: 'x', onCutOff: 'keep', ...sampling })),
    )
    expect(serving.requests).toEqual([
      { ...sampling, messages: [{ role: 'user', content: 'a' }], promptVersion: prompt('{{text}}').version },
    ])
  })
})

async function plan(definition: PipelineDefinition): Promise<PipelinePlan['steps'][number]> {
  const serving = scriptedServing(() => '')
  const compiled = await project(serving, { plugins: [ai, tones, sink] }).plan({
    ...definition,
    sinks: [{ id: 'out', input: 'ask', use: 'test.sink', options: {} }],
  })
  const step = compiled.steps[0]
  if (step === undefined) return expect.unreachable()
  return step
}

const sink = definePlugin({
  name: 'sink',
  manifest: { apiVersion: 1, contributes: { storages: { 'test.sink': 'Writes nowhere' } } },
  apply: (hooks) =>
    hooks.storages.tap('sink', (registry) =>
      registry.add(
        defineStorage({ name: 'test.sink', sink: defineSink({ options: {}, open: () => expect.unreachable() }) }),
      ),
    ),
})

describe('faults of a plan name the step, what was expected and what to do', () => {
  const serving = scriptedServing(() => 'fine')

  /** The faults of a plan, as lines. */
  async function faults(options: object, more: MaestroOptions = {}): Promise<readonly string[]> {
    const error = await project(serving, more)
      .preview(asData(options))
      .then(
        () => undefined,
        (caught) => caught,
      )
    expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
    expect(serving.requests).toEqual([])
    return error.details.faults
  }

  test.each<[what: string, options: object, ...parts: string[]]>([
    ['no prompt', { output: 'x' }, 'ai.generate', '`prompt` is missing: a prompt is expected'],
    ['a prompt of a wrong type', { prompt: 7 }, 'prompt: a prompt is expected'],
    ['an empty chat', { prompt: [] }, 'at least one turn'],
    [
      'a turn that is none',
      {
        prompt: [
          { role: 'bot', content: 'x' },
          { role: 'user', text: 'x' },
        ],
      },
      '0: a turn',
      '1: a turn',
      'assistant',
    ],
    ['a turn without a column', { prompt: [{ role: 'user', content: '{{txt}}' }] }, 'Did you mean "text"?'],
    ['a prompt whose name is no text', { prompt: { use: 7 } }, 'the name of a contributed prompt'],
    ['a variable without a column', { prompt: '{{txt}}' }, 'the prompt needs "txt"', 'Did you mean "text"?'],
    ['a template that is none', { prompt: '{{text' }, 'has no closing }}', '\\{{'],
    ['an unknown prompt', { prompt: { use: 'test.ton' } }, 'no prompt "test.ton"', 'Did you mean "test.tone"?'],
    [
      'an unknown option of a prompt',
      { prompt: { use: 'test.tone', input: 'text', tune: 1 } },
      'test.tone: there is no option "tune"',
      'Did you mean "tone"?',
    ],
    ['a missing option of a prompt', { prompt: { use: 'test.tone' } }, 'test.tone', '`input` is missing'],
    [
      'a column of a prompt that is not there',
      { prompt: { use: 'test.tone', input: 'txt' } },
      'needs "txt"',
      'Did you mean "text"?',
    ],
    [
      'a prompt class that throws',
      { prompt: { use: 'test.tone', input: 'text', tone: 'broken' } },
      'test.tone could not be created: no such tone',
    ],
    [
      'an unknown option',
      { prompt: '{{text}}', temprature: 1 },
      'there is no option "temprature"',
      'Did you mean "temperature"?',
    ],
    [
      'a serving that is not configured',
      { prompt: '{{text}}', serving: 'defalt' },
      'no serving "defalt"',
      'Did you mean "default"?',
    ],
    ['what is no schema', { prompt: '{{text}}', schema: 'string' }, 'schema: ', 'expected object'],
    [
      'a misspelt part of a schema',
      { prompt: '{{text}}', schema: { type: 'object', properties: { a: { typ: 'string' } } } },
      'schema.properties.a: ',
      '"typ"',
    ],
    [
      'a schema without columns',
      { prompt: '{{text}}', schema: { type: 'string' } },
      'does not describe an object',
      '`output`',
    ],
    [
      'half of an answer with a schema',
      { prompt: '{{text}}', schema: { type: 'string' }, output: 'x', onCutOff: 'keep' },
      "'keep' is for texts",
    ],
  ])('%s', async (_what, options, ...parts) => {
    const lines = await faults(options)
    expect(lines).toHaveLength(1)
    for (const part of ['step ask: ', ...parts]) expect(lines[0]).toContain(part)
  })

  test.each([
    ['temperature', -1],
    ['temperature', 'hot'],
    ['topP', 1.1],
    ['topK', 0],
    ['seed', 1.5],
    ['stop', '\n'],
    ['stop', ['']],
    ['maxTokens', 0],
    ['maxTokens', 1.5],
    ['output', ''],
    ['serving', ''],
    ['onCutOff', 'ignore'],
  ])('%s: %j', async (option, value) => {
    const [line, ...others] = await faults({ prompt: '{{text}}', [option]: value })
    expect(line).toContain(`step ask: ai.generate: the options are not valid: ${option}`)
    expect(others).toEqual([])
  })

  test('all at once, also when the prompt is one of them', async () => {
    const lines = await faults({ prompt: { use: 'test.ton' }, temprature: 1, maxTokens: 0 })
    expect(lines.map((line) => /there is no prompt|no option|maxTokens/.exec(line)?.[0])).toEqual([
      'there is no prompt',
      'no option',
      'maxTokens',
    ])
  })

  test('no serving at all: the plugin and the line to add', async () => {
    const [line] = await faults({ prompt: '{{text}}' }, { servings: {} })
    expect(line).toContain('step ask: ai.generate: no serving "default" is configured.')
    expect(line).toContain("default: { use: 'local.chat', model: 'smollm2-135m-instruct' }")
    expect(line).toContain('@maestro-dataflow/plugin-local')
  })

  test('an operator that is not there', async () => {
    const definition = asData({})
    const [step] = definition.steps
    const misspelt = { ...definition, steps: step === undefined ? [] : [{ ...step, use: 'ai.generat' }] }
    await expect(project(serving).preview(misspelt)).rejects.toThrow('Did you mean "ai.generate"?')
  })
})

describe('a failure of one row is a reject with its code', () => {
  const rows = [{ text: 'a' }, { text: 'b' }, { text: 'c' }]

  /** Answers `fine`, and to b what is given. */
  async function reject(
    answerToB: (request: LLMRequest) => ScriptedAnswer | Promise<ScriptedAnswer>,
    options: object = {},
  ) {
    // A repair asks about the same row again, with another turn or without.
    const asksB = ({ messages }: LLMRequest) => messages.some(({ content }) => String(content).startsWith('b'))
    const serving = scriptedServing((request) => (asksB(request) ? answerToB(request) : '{"x":"fine"}'))
    const once = new EnhancedLLMServing(serving, { settings: { retries: 0 } })
    const preview = await project(once).preview(asData({ prompt: '{{text}}', ...options }, rows), 3)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row.text)).toEqual(['a', 'c'])
    expect(preview.rejects).toMatchObject([{ id: 'rows:2', error: { step: 'ask' } }])
    return preview.rejects[0]?.error
  }
  const schema = { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] }

  test('an empty answer, and one of white space', async () => {
    expect(await reject(() => '')).toMatchObject({ code: 'MAESTRO_AI_EMPTY_ANSWER' })
    expect(await reject(() => ' \n\t')).toMatchObject({ code: 'MAESTRO_AI_EMPTY_ANSWER' })
    expect(await reject(() => '', { schema })).toMatchObject({ code: 'MAESTRO_SERVING_MALFORMED_REPLY' })
  })

  test('an answer that was cut off, with what to do', async () => {
    const cutOff = { text: 'half of', finishReason: 'length', usage: { inputTokens: 1, outputTokens: 8 } } as const
    const error = await reject(() => cutOff)
    expect(error).toMatchObject({ code: 'MAESTRO_SERVING_CUT_OFF', details: { tokens: 8 } })
    expect((error as { hint: string }).hint).toMatch(/maxTokens.*onCutOff: 'keep'/)
    expect(await reject(() => ({ ...cutOff, text: '{"x":"ha' }), { schema })).toMatchObject({
      code: 'MAESTRO_SERVING_CUT_OFF',
    })
  })

  test('an answer that a filter withheld', async () => {
    const withheld = { text: 'half of', finishReason: 'content-filter' } as const
    expect(await reject(() => withheld)).toMatchObject({ code: 'MAESTRO_SERVING_FILTERED' })
    expect(await reject(() => withheld, { onCutOff: 'keep' })).toMatchObject({ code: 'MAESTRO_SERVING_FILTERED' })
    expect(await reject(() => withheld, { schema })).toMatchObject({ code: 'MAESTRO_SERVING_FILTERED' })
  })

  test('a refusal, which is no answer', async () => {
    const refusal = { text: 'I cannot help with that.', finishReason: 'refusal' } as const
    for (const options of [{}, { onCutOff: 'keep' } as const, { schema }])
      expect(await reject(() => refusal, options)).toMatchObject({
        code: 'MAESTRO_SERVING_REFUSED',
        details: { reason: refusal.text },
      })
  })

  test('an answer that is not JSON, or of another shape', async () => {
    expect(await reject(() => 'Sure!', { schema })).toMatchObject({ code: 'MAESTRO_SERVING_MALFORMED_REPLY' })
    expect(await reject(() => '["x"]', { schema })).toMatchObject({ code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' })
    expect(await reject(() => 'null', { schema })).toMatchObject({ code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' })
  })

  test('a typed failure of the serving keeps its code, any other gets one', async () => {
    const timeout = () => {
      throw maestroError('MAESTRO_SERVING_TIMEOUT', { serving: 'scripted', milliseconds: 5 })
    }
    expect(await reject(timeout)).toMatchObject({ code: 'MAESTRO_SERVING_TIMEOUT', retryable: true })
    const broken = () => {
      throw new TypeError('socket hang up')
    }
    expect(await reject(broken)).toMatchObject({
      code: 'MAESTRO_SERVING_FAILED',
      details: { reason: expect.stringContaining('socket hang up') },
    })
    expect(await reject(broken, { schema })).toMatchObject({ code: 'MAESTRO_SERVING_FAILED' })
  })

  test('a cell that cannot stand in a prompt, and one that is missing', async () => {
    const serving = scriptedServing(() => 'fine')
    const rows = [{ text: 'a' }, { text: new Uint8Array([1]) }, {}, { text: null }]
    const columns = { columns: { text: 'unknown' }, open: false } as const
    const any = { ...asData({ prompt: '[{{text}}]' }), source: { rows: rows as never, columns } }
    const preview = await project(serving).preview(any, 4)
    expect(preview.rejects.map(({ id, error }) => [id, error.code])).toEqual([
      ['rows:2', 'MAESTRO_PROMPT_VALUE'],
      ['rows:3', 'MAESTRO_PROMPT_VARIABLE_MISSING'],
    ])
    expect(serving.requests.map(question)).toEqual(['[a]', '[]'])
  })
})

test('a text that was cut off is kept when that is asked for, but never an empty one', async () => {
  const serving = scriptedServing((request) => ({
    text: question(request) === 'b' ? ' ' : ' half of ',
    finishReason: 'length',
  }))
  const rows = [{ text: 'a' }, { text: 'b' }]
  const preview = await project(serving).preview(asData({ prompt: '{{text}}', output: 'x', onCutOff: 'keep' }, rows), 2)
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ text: 'a', x: 'half of' }])
  expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_AI_EMPTY_ANSWER' } }])
})

describe('several rows in one call', () => {
  /** Answers to a packed request by its lines, to any other by its text. */
  const shouting = () =>
    scriptedServing((request) => {
      const lines = question(request)
        .split('\n')
        .filter((line) => line.startsWith('{"id"'))
      if (lines.length === 0) return question(request).toUpperCase()
      const items = lines.map((line) => JSON.parse(line) as { id: string; values: { text: string } })
      const answers = items.map(({ id, values }) => ({ id, answer: values.text.toUpperCase() }))
      return { object: { answers }, usage: { inputTokens: 1, outputTokens: 1 } }
    })

  test('each row gets its answer, and the report counts calls and not rows', async () => {
    const serving = shouting()
    const rows = Array.from({ length: 10 }, (_, n) => ({ text: `row ${n}` }))
    const definition = asData({ prompt: 'Shout: {{text}}', output: 'x', rowsPerCall: 4 }, rows)
    const preview = await project(serving).preview(definition, 10)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row.x)).toEqual(rows.map(({ text }) => text.toUpperCase()))
    expect(serving.requests).toHaveLength(3)
    expect(preview.report.usage).toMatchObject({ requests: 3, inputTokens: 3, outputTokens: 3, reusedAnswers: 0 })
  })

  test('a prompt with logic of its own cannot, and the plan says so', async () => {
    class Own extends Prompt {
      readonly variables = ['text']
      readonly version = '1'
      format({ text }: { readonly text?: unknown }) {
        return String(text)
      }
    }
    const asked = pipeline('p')
      .from([{ text: 'a' }])
      .step('ai.generate', { prompt: new Own(), rowsPerCall: 2 } as never)
    const error = await project(shouting())
      .preview(asked, 1)
      .catch((cause) => cause)
    expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
    expect(error.message).toContain('only template prompts')
    expect(() => new PromptedGenerator({ serving: shouting(), prompt: new Own(), rowsPerCall: 2 })).toThrow(
      /cannot ask about several rows/,
    )
  })
})

describe('images of rows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-images-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  /** The beginning of a picture, which is all that is looked at. */
  const jpeg = Buffer.from([0xff, 0xd8, 0xff])
  const look = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is {{text}}?' },
        { type: 'image', from: '{{photo}}' },
      ],
    },
  ] as const
  const looking = (photos: readonly unknown[]) =>
    pipeline('p')
      .from(photos.map((photo) => ({ text: 'it', photo })))
      .step('ai.generate', { prompt: chatPrompt(look), output: 'seen' })

  test('are read from the project, or are bytes already; a row without one is rejected, and never asked about', async () => {
    writeFileSync(join(folder, 'cat.jpg'), jpeg)
    const serving = scriptedServing(() => 'a cat', { capabilities: { images: true } })
    const asked = project(serving, { directory: folder })
    const photos = ['cat.jpg', new Uint8Array(jpeg), null, 'dog.jpg', '../outside.jpg']
    const preview = await asked.preview(looking(photos), photos.length)
    expect(serving.requests.map(({ messages }) => messages[0]?.content)).toEqual([
      [
        { type: 'text', text: 'What is it?' },
        { type: 'image', data: new Uint8Array(jpeg), mediaType: 'image/jpeg' },
      ],
    ])
    expect(Object.fromEntries(preview.rejects.map(({ id, error }) => [id, error.code]))).toEqual({
      'rows:3': 'MAESTRO_PROMPT_MEDIA',
      'rows:4': 'MAESTRO_MEDIA_MISSING',
      'rows:5': 'MAESTRO_MEDIA_PATH_OUTSIDE',
    })
  })

  test('need a model that sees, which is known before anything is asked', async () => {
    const serving = scriptedServing(() => 'a cat', { capabilities: { images: false } })
    await expect(project(serving).preview(looking(['cat.jpg']))).rejects.toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      message: expect.stringContaining('images'),
    })
    expect(serving.requests).toEqual([])
  })
})

describe('rows that ask the very same', () => {
  const rows = [{ text: 'a' }, { text: 'a' }, { text: 'a' }]

  test('share one answer', async () => {
    const serving = scriptedServing(question)
    const preview = await project(serving).preview(asData({ prompt: '{{text}}' }, rows), 3)
    expect(serving.requests).toHaveLength(1)
    expect(preview.report.usage).toMatchObject({ requests: 1, reusedAnswers: 2 })
  })

  test('are asked one by one when that is wanted, each with a name of its own for its answer', async () => {
    const serving = scriptedServing(question)
    await project(serving).preview(asData({ prompt: '{{text}}', shareAnswers: false }, rows), 3)
    expect(serving.requests.map(({ sample }) => sample)).toEqual(['rows:1', 'rows:2', 'rows:3'])
  })

  test('another version of the prompt is another question', async () => {
    const serving = scriptedServing(question)
    const asked = pipeline('p')
      .from([{ text: 'a' }])
      .step('ai.generate', { prompt: prompt('{{text}}'), output: 'x' })
      .step('ai.generate', { prompt: prompt('{{text}}'), output: 'same' })
      .step('ai.generate', { prompt: prompt('{{text}}', { version: '2' }), output: 'other' })
    await project(serving).preview(asked, 1)
    expect(serving.requests).toHaveLength(2)
  })
})
