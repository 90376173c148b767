import { describe, expect, test } from 'vitest'
import { chatPrompt } from './chat-prompt.js'
import { prompt } from './prompt.js'
import type { ChatPart } from './turn-content.js'

const turn = (...content: readonly ChatPart[]) => chatPrompt([{ role: 'user', content }])
const image = (from: string) => turn({ type: 'image', from, name: 'photo' })
const caught = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('media of a row', () => {
  test.each<[what: string, value: unknown]>([
    ['a path', 'photos/cat.png'],
    ['an address', 'https://example.com/cat.png'],
    ['a URL', new URL('https://example.com/cat.png')],
    ['bytes', Uint8Array.of(1, 2)],
    ['bytes of Node', Buffer.from([1])],
  ])('%s is handed on as it is', (_what, data) => {
    expect(image('{{photo}}').messages({ photo: data })).toEqual([
      { role: 'user', content: [{ type: 'image', name: 'photo', data }] },
    ])
  })

  test.each<[what: string, value: unknown, found: string]>([
    ['nothing', null, 'null'],
    ['an empty text', '', 'the text ""'],
    ['a number', 7, 'number 7'],
    ['a vector', new Float32Array(1), 'a Float32Array'],
    ['a list', ['a.png'], 'a list of 1'],
  ])('%s is none, and the error names the variable', (_what, photo, found) => {
    expect(caught(() => image('{{item.photo}}').messages({ item: { photo } }))).toMatchObject({
      code: 'MAESTRO_PROMPT_MEDIA',
      details: { name: 'item.photo', type: 'image', found },
      hint: expect.stringContaining('path'),
    })
  })

  test('a missing variable or field is missing', () => {
    const missing = (names: readonly string[]) => ({
      code: 'MAESTRO_PROMPT_VARIABLE_MISSING',
      details: { missing: names },
    })
    expect(caught(() => image('{{photo}}').messages({} as never))).toMatchObject(missing(['photo']))
    expect(caught(() => image('{{a.b}}').messages({ a: {} } as never))).toMatchObject(missing(['a.b']))
    expect(caught(() => image('{{a.__proto__}}').messages({ a: {} } as never))).toMatchObject(missing(['a.__proto__']))
  })

  test('a place that looks like a variable is a place', () => {
    const [message] = image('{{photo}}').messages({ photo: '{{secret}}', secret: 'x' } as never)
    expect(message?.content).toEqual([{ type: 'image', name: 'photo', data: '{{secret}}' }])
  })

  test.each(['', 'cat.png', '{{a}}{{b}}', 'photos/{{a}}', '\\{{a}}'])(
    '`from` is one variable, and not "%s"',
    (from) => {
      expect(caught(() => image(from))).toMatchObject({ code: 'MAESTRO_PROMPT_TEMPLATE' })
    },
  )
})

test('texts and media of a turn, in order; media given in the prompt are the same for every row', () => {
  const logo = { type: 'image', data: 'logo.png' } as const
  const asked = turn(
    { type: 'text', text: 'Is {{照片}} like' },
    logo,
    { type: 'audio', from: '{{声音}}' },
    { type: 'text', text: '?' },
  )
  expect(asked.variables).toEqual(['照片', '声音'])
  expect(asked.messages({ 照片: '{{a}} 🐱', 声音: 'a.wav' } as never)).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Is {{a}} 🐱 like' },
        logo,
        { type: 'audio', data: 'a.wav' },
        { type: 'text', text: '?' },
      ],
    },
  ])
  expect(asked.format({ 照片: 'it', 声音: Uint8Array.of(1, 2) } as never)).toBe(
    'user: Is it like\n[image logo.png]\n[audio 2 bytes]\n?',
  )
})

test('a prompt says what a model must take, and whether several rows can be asked at once', () => {
  expect(turn({ type: 'text', text: 'a' })).toMatchObject({ needs: [], parts: { task: [{ content: 'a' }] } })
  expect(turn({ type: 'audio', from: '{{a}}' }, { type: 'image', from: '{{b}}' }).needs).toEqual(['images', 'audio'])
  expect(image('{{a}}').parts).toBeUndefined()
  expect(prompt('a').needs).toEqual([])
})

test('the version changes with every part, also with the bytes of one', () => {
  const versions = [
    turn({ type: 'image', from: '{{a}}' }),
    turn({ type: 'image', from: '{{b}}' }),
    turn({ type: 'audio', from: '{{a}}' }),
    turn({ type: 'image', data: Uint8Array.of(1) }),
    turn({ type: 'image', data: Uint8Array.of(2) }),
    turn({ type: 'image', data: new URL('https://example.com/a.png') }),
  ].map(({ version }) => version)
  expect(new Set(versions).size).toBe(versions.length)
  expect(turn({ type: 'image', data: Buffer.from([1]) }).version).toBe(versions[3])
})
