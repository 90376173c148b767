import { expect, test } from 'vitest'
import { readContent, withoutData } from './content.js'

test.each<[string, unknown, Partial<ReturnType<typeof readContent>>]>([
  ['a text', 'bad', { text: 'bad' }],
  ['parts', [{ type: 'text', text: 'b' }, { text: 'a' }, 'd'], { text: 'bad' }],
  ['a part of an agent', [{ type: 'output_text', text: { value: 'bad' } }], { text: 'bad' }],
  [
    'thoughts of Magistral',
    [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'bad' },
    ],
    { text: 'bad', reasoning: 'Hm.' },
  ],
  [
    'thoughts of Claude',
    [
      { type: 'thinking', thinking: 'Hm.', signature: 'x' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'bad' },
    ],
    { text: 'bad', reasoning: 'Hm.' },
  ],
  ['thoughts of Gemini', [{ text: 'Hm.', thought: true }, { text: 'bad' }], { text: 'bad', reasoning: 'Hm.' }],
  [
    'thoughts of the Responses API',
    [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'output_text', text: 'bad' },
    ],
    { text: 'bad', reasoning: 'Hm.' },
  ],
  ['a refusal', [{ type: 'refusal', refusal: 'No.' }], { refusal: 'No.' }],
  ['what is no text', [{ type: 'image_url', image_url: 'x' }, null, 7, [], { type: 'text', text: 7 }], {}],
  ['nothing', null, {}],
])('%s', (_, content, expected) => {
  expect(readContent(content)).toEqual({ text: '', reasoning: '', refusal: '', ...expected })
})

test.each<[string, unknown, unknown]>([
  ['an object', { tone: 'bad' }, '{"tone":"bad"}'],
  ['a list of objects', [{ tone: 'bad' }], '[{"tone":"bad"}]'],
  ['a number', 7, '7'],
  ['a boolean', false, 'false'],
])('%s instead of a text is its JSON', (_, content, expected) => {
  expect(withoutData(content)).toBe(expected)
})

test.each([
  'bad',
  null,
  undefined,
  [],
  [{ type: 'text', text: 'bad' }],
  [{ text: 'bad' }, { tone: 'bad' }],
  { type: 'x' },
])('%j is no data', (content) => {
  expect(withoutData(content)).toBe(content)
})
