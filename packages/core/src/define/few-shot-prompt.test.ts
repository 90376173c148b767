import { describe, expect, test } from 'vitest'
import { MaestroError } from '../errors/maestro-error.js'
import { ChatPrompt } from './chat-prompt.js'
import { FewShotPrompt, fewShotPrompt } from './few-shot-prompt.js'
import { PromptTemplate } from './prompt.js'

const caught = (run: () => unknown): MaestroError => {
  try {
    run()
  } catch (error) {
    if (MaestroError.is(error)) return error
    throw error
  }
  return expect.unreachable('nothing was thrown')
}

describe('examples are shown before the question', () => {
  test('each by the template of the question, its answer as text or JSON', () => {
    const asked = fewShotPrompt({
      system: 'You judge {{things}}.',
      user: 'Review: {{text}}',
      examples: [
        { input: 'It broke.', output: 'bad' },
        { input: { text: '好 👍' }, output: { tone: 'good', stars: 5 } },
        { input: 7, output: null },
      ],
    })
    expect(asked.messages({ things: 'reviews', text: 'Fine' })).toEqual([
      { role: 'system', content: 'You judge reviews.' },
      { role: 'user', content: 'Review: It broke.' },
      { role: 'assistant', content: 'bad' },
      { role: 'user', content: 'Review: 好 👍' },
      { role: 'assistant', content: '{"tone":"good","stars":5}' },
      { role: 'user', content: 'Review: 7' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'Review: Fine' },
    ])
    expect(asked.variables).toEqual(['things', 'text'])
  })

  test('or rows, whose columns fill the question and the answer', () => {
    const rows = [
      { id: 1, title: 'A', text: 'B', tone: 'good' },
      { id: 2, title: 'C', text: 'D', tone: 'bad' },
    ]
    const asked = fewShotPrompt({ user: '{{title}}: {{text}}', answer: 'It is {{tone}}', examples: rows })
    expect(asked.messages({ title: 'E', text: 'F' }).map(({ content }) => content)).toEqual([
      'A: B',
      'It is good',
      'C: D',
      'It is bad',
      'E: F',
    ])
  })

  test('without any it is the question alone', () => {
    const asked = fewShotPrompt({ user: '{{text}}', examples: [] })
    expect(asked.messages({ text: 'x' })).toEqual([{ role: 'user', content: 'x' }])
  })

  test('the text of an example is data, which is neither filled in nor read as an escape', () => {
    const odd = ['{{text}}', '\\{{text}}', '{{{{a}}}}', '{{', 'a { b } {{{', '\\', '$& $1']
    const asked = fewShotPrompt({
      user: '{{text}}',
      examples: odd.map((input) => ({ input, output: `<${input}>` })),
    })
    expect(asked.variables).toEqual(['text'])
    const contents = asked.messages({ text: 'secret' }).map(({ content }) => content)
    expect(contents).toEqual([...odd.flatMap((input) => [input, `<${input}>`]), 'secret'])
  })

  test('names of other scripts, and those that every object inherits', () => {
    const example = { input: JSON.parse('{"标题":"一","__proto__":"p"}'), output: 'x' }
    const asked = fewShotPrompt({ user: '{{标题}} {{__proto__}}', examples: [example] })
    expect(asked.messages(JSON.parse('{"标题":"二","__proto__":"q"}')).map(({ content }) => content)).toEqual([
      '一 p',
      'x',
      '二 q',
    ])
    expect(
      caught(() => fewShotPrompt({ user: '{{constructor}}', examples: [{ input: {} as never, output: 1 }] })),
    ).toMatchObject({ code: 'MAESTRO_PROMPT_EXAMPLE' })
  })

  test('images in the question are images in the examples', () => {
    const asked = fewShotPrompt({
      user: [
        { type: 'text', text: 'What is {{thing}}? {' },
        { type: 'image', from: '{{photo}}' },
      ],
      examples: [{ input: { thing: '{{this}}', photo: 'cat.png' }, output: 'A cat' }],
    })
    const bytes = Uint8Array.of(1)
    expect(asked.messages({ thing: 'that', photo: bytes })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is {{this}}? {' },
          { type: 'image', data: 'cat.png' },
        ],
      },
      { role: 'assistant', content: 'A cat' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is that? {' },
          { type: 'image', data: bytes },
        ],
      },
    ])
    expect(asked.needs).toEqual(['images'])
  })
})

describe('an example that cannot be shown is named', () => {
  test.each<[what: string, example: unknown, reason: string]>([
    ['one that is no object', 'It broke.', 'it is not an object'],
    ['one that is a list', ['It broke.', 'bad'], 'it is not an object'],
    ['no input', { output: 'bad' }, 'needs input'],
    ['no output', { input: { title: 'a', text: 'b' } }, 'needs output'],
    ['one value for two variables', { input: 'a', output: 'bad' }, 'needs title, text, but was given one value'],
    ['a variable without a value', { input: { title: 'a' }, output: 'bad' }, 'needs text, but was given title'],
    ['bytes as text', { input: { title: 'a', text: new Uint8Array(1) }, output: 'x' }, 'bytes or a vector'],
  ])('%s', (_what, example, reason) => {
    const good = { input: { title: 'a', text: 'b' }, output: 'good' }
    const error = caught(() => new FewShotPrompt({ user: '{{title}} {{text}}', examples: [good, example] }))
    expect(error).toMatchObject({ code: 'MAESTRO_PROMPT_EXAMPLE', details: { example: 2 } })
    expect(error.message).toContain(reason)
    expect(error.hint).not.toBe('')
  })

  test('a row without the column of the answer', () => {
    const error = caught(() => new FewShotPrompt({ user: '{{a}}', answer: '{{b}}', examples: [{ a: 1 }] }))
    expect(error.message).toContain('Example 1 of the prompt cannot be used: The prompt needs b')
  })

  test('a template that is none is a fault of the template', () => {
    expect(caught(() => new FewShotPrompt({ user: '{{a', examples: [] })).code).toBe('MAESTRO_PROMPT_TEMPLATE')
    expect(caught(() => new FewShotPrompt({ user: 'a', answer: '{{}}', examples: [] })).code).toBe(
      'MAESTRO_PROMPT_TEMPLATE',
    )
  })
})

test('it is a chat, and no template', () => {
  const asked = fewShotPrompt({ user: '{{text}}', examples: [] })
  expect(asked).toBeInstanceOf(ChatPrompt)
  expect(asked).not.toBeInstanceOf(PromptTemplate)
})

test('the version changes with every example, and can be given', () => {
  const of = (input: string, output: string) =>
    fewShotPrompt({ user: '{{text}}', examples: [{ input, output }] }).version
  expect(new Set([of('a', 'b'), of('a', 'c'), of('c', 'b')]).size).toBe(3)
  expect(of('a', 'b')).toBe(of('a', 'b'))
  expect(fewShotPrompt({ user: '{{text}}', examples: [], version: '7' }).version).toBe('7')
})
