import { describe, expect, test } from 'vitest'
import { Prompt, type PromptVariables } from '../contracts/prompt.js'
import { ChatPrompt, chatPrompt } from './chat-prompt.js'
import { PromptTemplate, prompt } from './prompt.js'

const render = (template: string, variables: PromptVariables) => new PromptTemplate(template).format(variables)
const caught = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('what a template writes', () => {
  test.each<[what: string, template: string, variables: PromptVariables, text: string]>([
    ['several variables, one of them twice', '{{a}} and {{b}} and {{a}}', { a: 'x', b: 'y' }, 'x and y and x'],
    ['spaces and line breaks inside the braces', '{{ a }}{{\n b\t}}', { a: 'x', b: 'y' }, 'xy'],
    ['single braces as they are', 'as {"tone": {a}} or {}', {}, 'as {"tone": {a}} or {}'],
    ['a variable at the end of an object', '{"a": {"b": {{x}}}}', { x: 1 }, '{"a": {"b": 1}}'],
    ['an escaped {{ as it is', '\\{{a}} is {{a}}', { a: 'x' }, '{{a}} is x'],
    ['a }} that closes nothing', 'a }} b {{x}}', { x: 1 }, 'a }} b 1'],
    ['a backslash elsewhere', 'C:\\dir {{a}}\\', { a: 'x' }, 'C:\\dir x\\'],
    [
      'column names with spaces, dashes and digits',
      '{{unit price}} {{a-b}} {{2nd}}',
      { 'unit price': 1, 'a-b': 2, '2nd': 3 },
      '1 2 3',
    ],
    [
      'names and texts of other scripts',
      '{{标题}}：{{हिन्दी}} {{ชื่อ}}',
      { 标题: '你好👩‍👩‍👧', हिन्दी: 'क', ชื่อ: 'ข' },
      '你好👩‍👩‍👧：क ข',
    ],
    ['emoji and half of one as given', '👍{{a}}🇨🇳', { a: '🤖\ud83d' }, '👍🤖\ud83d🇨🇳'],
    ['an empty text', '[{{a}}]', { a: '' }, '[]'],
    ['nothing for null', '[{{a}}]', { a: null }, '[]'],
    [
      'numbers, truth values and bigints',
      '{{a}} {{b}} {{c}} {{d}}',
      { a: 0, b: false, c: 2n ** 70n, d: -0.5 },
      '0 false 1180591620717411303424 -0.5',
    ],
    ['dates as ISO 8601', '{{a}}', { a: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    [
      'lists and objects as JSON',
      '{{a}} {{b}}',
      { a: [1, 'x', null], b: { c: { d: 10n } } },
      '[1,"x",null] {"c":{"d":"10"}}',
    ],
    ['fields, however deep, and places of a list', '{{a.b.c}} {{l.1}}', { a: { b: { c: 'x' } }, l: [1, 2] }, 'x 2'],
    ['nothing for a field of null', '[{{a.b.c}}]', { a: { b: null } }, '[]'],
    ['fields of objects without a prototype', '{{a.b}}', { a: Object.assign(Object.create(null), { b: 1 }) }, '1'],
    [
      'own fields of any name',
      '{{a.__proto__}} {{a.constructor}}',
      { a: JSON.parse('{"__proto__":1,"constructor":2}') },
      '1 2',
    ],
  ])('%s', (_what, template, variables, text) => {
    expect(render(template, variables)).toBe(text)
  })

  test('the text of a cell is data, which is neither filled in nor read as an escape or a pattern', () => {
    const cell = '{{secret}} \\{{b}} {{a}} $& $1 %s'
    expect(render('{{a}}|{{b}}', { a: cell, b: '{{a}}', secret: 'x' })).toBe(`${cell}|{{a}}`)
    // Two cells that make a variable only side by side.
    expect(render('{{a}}{{b}}', { a: '{{sec', b: 'ret}}', secret: 'x' })).toBe('{{secret}}')
  })

  test('a long cell costs one pass', () => {
    const cell = '{{a}} '.repeat(200_000)
    expect(render('{{a}}', { a: cell })).toHaveLength(cell.length)
  })
})

describe('what a template refuses', () => {
  test.each<[what: string, template: string, variables: PromptVariables, missing: readonly string[]]>([
    ['a variable that is missing or undefined', '{{a}} {{b}}', { b: undefined }, ['a', 'b']],
    ['a missing field', '{{a.b}} {{a.c}}', { a: { b: 1 } }, ['a.c']],
    ['a field of a text', '{{a.length}}', { a: 'text' }, ['a.length']],
    ['a field that is inherited', '{{a.toString}} {{a.constructor}}', { a: {} }, ['a.toString', 'a.constructor']],
    ['a name that every object inherits', '{{toString}}', {}, ['toString']],
    [
      'a field of what is no plain data',
      '{{a.size}} {{b.x}}',
      {
        a: new Map(),
        b: new (class {
          x = 1
        })(),
      },
      ['a.size', 'b.x'],
    ],
    ['a place outside a list', '{{a.2}}', { a: [1, 2] }, ['a.2']],
  ])('%s', (_what, template, variables, missing) => {
    expect(caught(() => render(template, variables))).toMatchObject({
      code: 'MAESTRO_PROMPT_VARIABLE_MISSING',
      details: { missing },
    })
  })

  test('an accessor is code and is not run', () => {
    let ran = false
    const a = {
      get b() {
        return (ran = true)
      },
    }
    expect(caught(() => render('{{a.b}}', { a }))).toMatchObject({ code: 'MAESTRO_PROMPT_VARIABLE_MISSING' })
    expect(ran).toBe(false)
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  test.each<[what: string, value: unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['bytes', new Uint8Array([1])],
    ['a vector', new Float32Array([1])],
    ['a map', new Map([['a', 1]])],
    ['an instance of a class', new (class Thing {})()],
    ['a date that is none', new Date(Number.NaN)],
    ['a circle', circle],
  ])('%s as a value', (_what, value) => {
    const error = caught(() => render('{{a}}', { a: value }))
    expect(error).toMatchObject({ code: 'MAESTRO_PROMPT_VALUE', details: { name: 'a' } })
    expect((error as { hint: string }).hint).not.toBe('')
  })

  test.each([
    ['a {{ that is not closed', 'x {{a'],
    ['an empty variable', '{{}}'],
    ['a variable of spaces', '{{ }}'],
    ['an empty field', '{{a..b}}'],
    ['an expression', '{{a + 1}}'],
    ['a call', '{{a()}}'],
    ['doubled braces of JSON', '{{"a": 1}}'],
  ])('%s', (_what, template) => {
    const error = caught(() => new PromptTemplate(template))
    expect(error).toMatchObject({ code: 'MAESTRO_PROMPT_TEMPLATE' })
    expect((error as { hint: string }).hint).toContain('\\{{')
  })
})

describe('prompts', () => {
  test('variables are the names that are needed, each once', () => {
    expect(prompt('{{b}} {{a.x}} {{a.y}} {c} \\{{d}}', { system: 'You are {{role}}' }).variables).toEqual([
      'role',
      'b',
      'a',
    ])
    expect(
      chatPrompt([
        { role: 'system', content: '{{a}}' },
        { role: 'user', content: '{{b}} {{a}}' },
      ]).variables,
    ).toEqual(['a', 'b'])
  })

  test('a template is one user message, after its system message when it has one', () => {
    expect(prompt('Hi {{name}}').messages({ name: 'Ann' })).toEqual([{ role: 'user', content: 'Hi Ann' }])
    const asked = prompt('Hi {{name}}', { system: 'Speak to {{name}} in {{language}}' })
    expect(asked.messages({ name: '{{language}}', language: 'French' })).toEqual([
      { role: 'system', content: 'Speak to {{language}} in French' },
      { role: 'user', content: 'Hi {{language}}' },
    ])
    expect(caught(() => asked.messages({ name: 'Ann' } as never))).toMatchObject({ details: { missing: ['language'] } })
  })

  test('a chat keeps its turns, each filled by itself', () => {
    const turns = [
      { role: 'system', content: 'Classify.' },
      { role: 'user', content: 'Great' },
      { role: 'assistant', content: '{"tone":"good"}' },
      { role: 'user', content: '{{text}} by {{author.name}}' },
    ] as const
    const filled = chatPrompt(turns).messages({ text: '{{author.name}}', author: { name: '王' } })
    expect(filled).toEqual([...turns.slice(0, 3), { role: 'user', content: '{{author.name}} by 王' }])
    expect(new ChatPrompt(turns.slice(0, 2)).format({})).toBe('system: Classify.\n\nuser: Great')
    expect(caught(() => chatPrompt(turns).messages({ text: 'x' } as never))).toMatchObject({
      details: { missing: ['author'] },
    })
  })

  test('the version changes with every wording and with nothing else', () => {
    const texts = [
      prompt('Summarize {{text}}'),
      prompt('Summarize {{text}}.'),
      prompt('Summarize {{ text }}'),
      prompt('{{text}}', { system: 'Summarize' }),
      prompt('{{text}}', { system: 'Translate' }),
      prompt('{{text}}'),
      chatPrompt([{ role: 'user', content: '{{text}}' }]),
      chatPrompt([{ role: 'assistant', content: '{{text}}' }]),
    ]
    expect(new Set(texts.map(({ version }) => version)).size).toBe(texts.length)
    expect(prompt('Summarize {{text}}').version).toBe(texts[0]?.version)
    expect(prompt('Summarize {{text}}', { version: '2' }).version).toBe('2')
    expect(chatPrompt([], { version: '2' }).version).toBe('2')
  })

  test('validateInputs says whether every variable has a value of its own', () => {
    const asked = prompt('{{a}} {{toString}}')
    expect(asked.validateInputs({ a: null, toString: '' })).toBe(true)
    expect(asked.validateInputs({ a: 1 })).toBe(false)
    expect(asked.validateInputs({ a: undefined, toString: '' })).toBe(false)
  })

  test('a class of one’s own needs a text; its messages come from it', () => {
    class Wordy extends Prompt<'text'> {
      readonly variables = ['text'] as const
      readonly version = '1'
      format(variables: PromptVariables<'text'>): string {
        this.assertInputs(variables)
        return `${String(variables.text).split(' ').length} words: ${String(variables.text)}`
      }
    }
    expect(new Wordy().messages({ text: 'a b' })).toEqual([{ role: 'user', content: '2 words: a b' }])
    expect(caught(() => new Wordy().messages({} as never))).toMatchObject({ code: 'MAESTRO_PROMPT_VARIABLE_MISSING' })
  })
})
