import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { ProjectFolder } from '../__fixtures__/project-folder.js'
import type { CallOptions, LLMResult, LLMServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { maestro } from '../maestro.js'
import { separateThoughts } from './answers/separate-thoughts.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'

type Answer = (options: CallOptions, attempt: number) => Promise<Partial<LLMResult>> | Partial<LLMResult>

/** A model that streams what a function says. */
function speaking(answer: Answer, identity?: object) {
  const attempts: CallOptions[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'speaking',
    ...(identity === undefined ? {} : { identity: { ...identity } }),
    capabilities: { jsonSchema: true, images: false, audio: false },
    async generate(_, options = {}) {
      const given = await answer(options, attempts.push(options))
      return { text: '', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm', ...given }
    },
  }
  return { serving, attempts }
}

const later = () => new Promise((resolve) => setTimeout(resolve, 1))

/** Says pieces one after the other, each after a moment. */
async function say(pieces: readonly string[], { onText, signal }: CallOptions) {
  for (const piece of pieces) {
    await later()
    signal?.throwIfAborted()
    onText?.(piece)
  }
  return { text: pieces.join('') }
}

const project = (...servings: readonly LLMServing[]) =>
  maestro({
    servings: Object.fromEntries(
      servings.map((serving, index) => [index === 0 ? 'default' : `other${index}`, serving]),
    ),
    directory: new ProjectFolder().path,
  })

const streamed = (answer: Answer) => Array.fromAsync(project(speaking(answer).serving).stream('Hello?'))

test('the pieces arrive while the model is still writing', async () => {
  let isDone = false
  const { serving } = speaking(async (options) => {
    const result = await say(['Good ', 'morning', '.'], options)
    isDone = true
    return result
  })
  const stream = project(serving).stream('Hello?')
  expect(await stream.next()).toEqual({ value: 'Good ', done: false })
  expect(isDone).toBe(false)
  expect((await Array.fromAsync(stream)).join('')).toBe('morning.')
})

test('an answer that is stored, and one of a model that does not stream, arrive in one piece', async () => {
  const { serving, attempts } = speaking((options) => say(['one ', 'two'], options), { version: 1 })
  const instance = project(serving)
  expect((await Array.fromAsync(instance.stream('a'))).join('')).toBe('one two')
  expect(await Array.fromAsync(instance.stream('a'))).toEqual(['one two'])
  expect(attempts).toHaveLength(1)
  expect(await streamed(() => ({ text: 'whole' }))).toEqual(['whole'])
})

test.each([
  [['<thi', 'nk>Is it', ' so?</th', 'ink>\n\nYes', ', it is.']],
  [['  <think>a</think><think>b</think> Yes']],
  [['[THINK]a[/THINK]Yes']],
  [['<', 'b>bold</b> is ', '<think> in HTML']],
  [['<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>', 'Yes']],
  [['analysis', 'The user asks.assistantfinal', 'Yes']],
  [['an', 'alysis of it']],
  [['<think>a</think><answer>', 'Yes', '</answer>']],
  [['[', '1, 2]']],
  [['  indented']],
])('the pieces of %j are the answer without the reasoning', async (pieces) => {
  const said = await streamed((options) => say(pieces, options))
  expect(said.join('')).toBe(separateThoughts(pieces.join('')).answer)
})

test('the time that a long answer takes grows with its length', async () => {
  const long = '<x>'.repeat(300_000)
  const said = await streamed(({ onText }) => {
    onText?.('<think>')
    for (let at = 0; at < long.length; at += 3) onText?.(long.slice(at, at + 3))
    onText?.('</think>yes')
    return { text: 'yes' }
  })
  expect(said.join('')).toBe('yes')
})

const lost = () => maestroError('MAESTRO_SERVING_CONNECTION', { serving: 'speaking', reason: 'lost' })

test('a failure before the first piece is retried; after it, the stream breaks off and nothing is asked again', async () => {
  const early = speaking((options, attempt) => {
    if (attempt === 1) throw lost()
    return say(['yes'], options)
  })
  expect(await Array.fromAsync(project(early.serving).stream('a'))).toEqual(['yes'])
  const late = speaking(async (options) => {
    await say(['half'], options)
    throw lost()
  })
  const stream = project(late.serving).stream('a')
  expect((await stream.next()).value).toBe('half')
  await expect(stream.next()).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_OFF' })
  expect(late.attempts).toHaveLength(1)
})

test('the fallback streams an answer that the serving does not begin', async () => {
  const refusing = speaking(() => {
    throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 'speaking', reason: 'no' })
  })
  const other = speaking((options) => say(['from ', 'the other'], options))
  const first = new EnhancedLLMServing(refusing.serving, { settings: { fallback: 'other1' } })
  expect((await Array.fromAsync(project(first, other.serving).stream('a'))).join('')).toBe('from the other')
})

test('a reader that stops or aborts stops the call', async () => {
  const endless: Answer = async (options) => {
    for (;;) await say(['again '], options)
  }
  const { serving, attempts } = speaking(endless)
  for await (const piece of project(serving).stream('a')) {
    expect(piece).toContain('again')
    break
  }
  expect(attempts[0]?.signal?.aborted).toBe(true)
  const stop = new AbortController()
  const stream = project(speaking(endless).serving).stream('a', { signal: stop.signal })
  await stream.next()
  stop.abort()
  await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
})

test('both report an answer that was cut off', async () => {
  const cut = speaking(async (options) => ({ ...(await say(['half'], options)), finishReason: 'length' }))
  const stream = project(cut.serving).stream('a')
  expect((await stream.next()).value).toBe('half')
  await expect(stream.next()).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CUT_OFF' })
  await expect(project(cut.serving).ask('a')).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CUT_OFF' })
})

test('one question: a text, or a value of a schema; another serving by its name', async () => {
  const instance = project(
    speaking(() => ({ text: 'Paris' })).serving,
    speaking(() => ({ text: '{"city":"Rome"}' })).serving,
  )
  const text = await instance.ask('The capital of {{country}}?')
  expectTypeOf(text).toEqualTypeOf<string>()
  expect(text).toBe('Paris')
  const value = await instance.ask([{ role: 'user', content: 'Where?' }], {
    schema: z.object({ city: z.string() }),
    serving: 'other1',
    temperature: 0,
  })
  expectTypeOf(value).toEqualTypeOf<{ city: string }>()
  expect(value).toEqual({ city: 'Rome' })
  await expect(instance.ask('a', { serving: 'othr1' })).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_UNKNOWN',
    hint: expect.stringContaining('other1'),
  })
})
