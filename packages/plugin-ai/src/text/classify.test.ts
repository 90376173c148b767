import { chatPrompt, type PipelineDefinition, pipeline, prompt, type TokenLogprob } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, type ScriptedAnswer, scriptedServing } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Classifier, type ClassifierOptions } from './classify.js'
import { ClassifyPrompt } from './classify.prompt.js'
import { ExtractPrompt } from './extract.prompt.js'

const labels = ['praise', 'complaint']

async function classified(
  answer: ScriptedAnswer | ((question: string) => ScriptedAnswer),
  options: Partial<ClassifierOptions> = {},
  texts: readonly string[] = ['Good.'],
) {
  const serving = scriptedServing((request) => (typeof answer === 'function' ? answer(questionOf(request)) : answer))
  const storage = new MemoryStorage(texts.map((text) => ({ text })))
  const classifier = new Classifier({ serving, input: 'text', labels, ...options })
  const { rejected } = await classifier.run(storage).catch((error) => ({ rejected: [{ error: error.cause ?? error }] }))
  return { rows: await storage.rows(), rejected, requests: serving.requests, columns: classifier.columns }
}

describe('a closed set of labels', () => {
  test('the answer is one of the labels, which the schema enforces and the prompt lists', async () => {
    const { rows, requests, columns } = await classified('{"label":"praise"}')
    expect(rows).toEqual([{ text: 'Good.', label: 'praise' }])
    expect(columns).toEqual({ reads: ['text'], adds: { label: 'string' } })
    expect(requests[0]?.schema).toMatchObject({ properties: { label: { enum: labels } }, required: ['label'] })
    expect(requests[0]?.messages[0]?.content).toMatch(/choose the one label[\s\S]*- praise\n- complaint/)
    expect(requests[0]?.messages[1]?.content).toBe('<text>\nGood.\n</text>')
  })

  test('labels have descriptions, also in Chinese, with instructions and examples', async () => {
    const { requests } = await classified('{"label":"praise"}', {
      labels: { praise: '表扬', complaint: '' },
      language: 'zh',
      instructions: '以主要内容为准。',
      examples: [{ input: '坏了。', output: 'complaint' }],
    })
    const [system, ...turns] = requests[0]?.messages ?? []
    expect(system?.content).toMatch(/对文本进行分类[\s\S]*- praise: 表扬\n- complaint\n\n以主要内容为准。/)
    expect(turns.map(({ content }) => content)).toEqual([
      '<text>\n坏了。\n</text>',
      '{"label":"complaint"}',
      '<text>\nGood.\n</text>',
    ])
  })

  test('prose around the answer is ignored, and a label within prose is not an answer', async () => {
    expect((await classified('Sure! ```json\n{"label":"complaint"}\n``` Anything else?')).rows).toMatchObject([
      { label: 'complaint' },
    ])
    // "not praise, it is ..." must never become `praise`.
    const { rejected, requests } = await classified('This is not praise, it is worse.')
    expect(rejected[0]?.error.code).toBe('MAESTRO_SERVING_MALFORMED_REPLY')
    expect(requests.length).toBeGreaterThan(1)
  })

  test('an answer outside of the set is sent back, and then rejects its row alone', async () => {
    const answers = (question: string) => (question.includes('does not fit') ? '{"label":"praise"}' : '{"label":"Lob"}')
    const mended = await classified(answers)
    expect(mended.rows).toMatchObject([{ label: 'praise' }])
    expect(mended.requests[1]?.messages.at(-1)?.content).toContain('does not fit')
    const stubborn = await classified(
      (question) => (question.includes('fine') ? '{"label":"praise"}' : '{"label":"表扬"}'),
      {},
      ['fine', 'odd'],
    )
    expect(stubborn.rows).toEqual([{ text: 'fine', label: 'praise' }])
    expect(stubborn.rejected).toMatchObject([{ error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
  })

  test('several labels, each once, or none', async () => {
    const { rows, columns } = await classified('{"labels":["complaint","praise","complaint"]}', { multi: true })
    expect(rows).toEqual([{ text: 'Good.', labels: ['complaint', 'praise'] }])
    expect(columns.adds).toEqual({ labels: 'json' })
    expect((await classified('{"labels":[]}', { multi: true, output: 'tags' })).rows).toMatchObject([{ tags: [] }])
  })

  test('an empty text is rejected before it is asked about', async () => {
    const { rejected, requests } = await classified('{"label":"praise"}', {}, [' '])
    expect(rejected[0]?.error.code).toBe('MAESTRO_AI_EMPTY_INPUT')
    expect(requests).toEqual([])
  })
})

describe('confidence', () => {
  const token = (text: string, probability: number): TokenLogprob => ({
    token: text,
    logprob: Math.log(probability),
    top: [],
  })

  test('the probability of the label is that of its tokens, if the serving returns it', async () => {
    const tokens = [token('{"label": "pra', 0.5), token('ise', 0.8), token('", "confidence": 1}', 0.1)]
    const { rows, requests } = await classified(
      { text: tokens.map((one) => one.token).join(''), logprobs: tokens },
      { confidence: true },
    )
    expect(requests[0]?.logprobs).toBe(0)
    expect(rows[0]?.label_confidence).toBeCloseTo(0.4, 10)
  })

  test('of each of several labels; a key that reads as a label is none', async () => {
    const tokens = [
      token('{"labels":[{"label":"', 0.9),
      token('label', 0.5),
      token('","confidence":1},{"label":"', 0.9),
      token('confidence', 0.25),
      token('","confidence":1}]}', 0.9),
    ]
    const { rows } = await classified(
      { text: tokens.map((one) => one.token).join(''), logprobs: tokens },
      { confidence: true, multi: true, labels: ['label', 'confidence'], output: 'tags' },
    )
    expect(rows).toMatchObject([{ tags: ['label', 'confidence'] }])
    const confidences = rows[0]?.tags_confidence as readonly number[]
    expect(confidences.map((value) => Math.round(value * 100))).toEqual([50, 25])
  })

  test('else the number that the model names, which is in its range', async () => {
    const { rows, columns } = await classified('{"label":"praise","confidence":0.7}', { confidence: true })
    expect(rows).toEqual([{ text: 'Good.', label: 'praise', label_confidence: 0.7 }])
    expect(columns.adds).toEqual({ label: 'string', label_confidence: 'number' })
    const wrong = await classified('{"label":"praise","confidence":70}', { confidence: true })
    expect(wrong.rejected[0]?.error.code).toBe('MAESTRO_SERVING_SCHEMA_MISMATCH')
  })

  test("'asked' does not ask for tokens", async () => {
    const several = '{"labels":[{"label":"praise","confidence":0.7},{"label":"complaint","confidence":0.2}]}'
    const { rows, requests } = await classified(several, { confidence: 'asked', multi: true })
    expect(requests[0]).not.toHaveProperty('logprobs')
    expect(rows).toMatchObject([{ labels: ['praise', 'complaint'], labels_confidence: [0.7, 0.2] }])
  })
})

describe('options', () => {
  const serving = scriptedServing(() => '{"label":"praise"}')
  test.each<[what: string, options: object, reason: string]>([
    ['a set of one', { input: 'text', labels: ['a'] }, 'at least two labels are expected'],
    ['a label twice', { input: 'text', labels: ['a', 'a '] }, 'each label may occur only once'],
    ['no label', { input: 'text', labels: ['a', ' '] }, 'labels'],
    ['nothing to ask', { labels }, '`input` is missing'],
    [
      'two questions',
      { labels, input: 'text', prompt: prompt('{{text}}') },
      'input: it cannot be given together with `prompt`',
    ],
    ['words beside a prompt', { labels, language: 'zh', prompt: prompt('{{text}}') }, 'language: it cannot be given'],
    ['no prompt', { labels, prompt: 7 }, 'a prompt is expected'],
    ['no serving', { labels, input: 'text', serving: undefined }, 'a serving is required'],
    ['one that is not known', { labels, input: 'text', lables: 1 }, 'lables'],
  ])('%s', (_what, options, reason) => {
    expect(() => new Classifier({ serving, labels, ...options })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
    )
  })

  test('templates and chats are taken instead of its own prompt, the prompt of another task is not', () => {
    const own = new (class Moderation extends ClassifyPrompt {})({ input: 'text', labels })
    for (const taken of [own, prompt('{{text}}'), chatPrompt([{ role: 'user', content: '{{text}}' }])])
      expect(new Classifier({ serving, labels, prompt: taken }).columns.reads).toEqual(['text'])
    expect(() => new Classifier({ serving, labels, prompt: new ExtractPrompt({ input: 'text' }) })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_PROMPT_NOT_ALLOWED' }),
    )
  })
})

describe('ai.classify in a pipeline', () => {
  const project = (serving = scriptedServing(() => '{"label":"praise"}')) =>
    maestro({ plugins: [ai], servings: { default: serving } })

  test('its own prompt, one by name, several rows in one call', async () => {
    const serving = scriptedServing((request) => {
      const ids = Array.from(questionOf(request).matchAll(/"id":"([^"]+)"/g), ([, id]) => id)
      if (ids.length > 1) return { object: { answers: ids.map((id) => ({ id, answer: { label: 'complaint' } })) } }
      return '{"label":"praise"}'
    })
    const asked = pipeline('p')
      .from([{ text: 'a' }, { text: 'b' }])
      .step('ai.classify', { input: 'text', labels, rowsPerCall: 2 })
      .step('ai.classify', {
        prompt: { use: 'ai.classify.prompt', input: 'text', labels, language: 'zh' },
        labels,
        output: 'zh',
      })
    expect(await Array.fromAsync(project(serving).rows(asked))).toEqual([
      { text: 'a', label: 'complaint', zh: 'praise' },
      { text: 'b', label: 'complaint', zh: 'praise' },
    ])
    expect(serving.requests).toHaveLength(3)
  })

  test('faults are found before anything is asked', async () => {
    const faultsOf = (options: object) => {
      const definition: PipelineDefinition = {
        name: 'p',
        source: { rows: [{ text: 'a' }], columns: { columns: { text: 'string' }, open: false } },
        steps: [{ id: 'label', input: 'source', use: 'ai.classify', options }],
        sinks: [],
      }
      return project()
        .preview(definition)
        .then(
          () => [],
          (error) => error.details.faults,
        )
    }
    expect((await faultsOf({ input: 'text', labels: ['a'] }))[0]).toContain('at least two labels')
    expect((await faultsOf({ input: 'txt', labels }))[0]).toContain('txt')
    expect((await faultsOf({ input: 'text', labels, serving: 'big' }))[0]).toContain('big')
  })
})
