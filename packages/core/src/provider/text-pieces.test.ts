import { expect, test } from 'vitest'
import { TextPieces } from './text-pieces.js'

function join(pieces: readonly string[], last?: string, kind: 'last' | 'whole' = 'last') {
  const passed: string[] = []
  const text = new TextPieces((added) => passed.push(added))
  for (const piece of pieces) text.add(piece)
  if (last !== undefined) text.add(last, kind)
  return { text: text.end(), passed }
}

test.each<[string, string[], string]>([
  ['what is new', ['The', ' sky', ' is', ' blue'], 'The sky is blue'],
  ['equal pieces', ['ha', 'ha', 'ha'], 'hahaha'],
  ['a piece that begins like the one before', ['a', 'ab'], 'aab'],
  ['a longer and longer line', ['-', '--', '----', '\n'], '-------\n'],
  ['a longer and longer line at the end', ['=', '==', '===='], '======='],
  ['the whole text so far', ['b', 'ba', 'bad'], 'bad'],
  ['the whole text so far, some of it twice', ['b', 'b', 'ba', 'ba', 'bad', 'bad'], 'bad'],
  ['the whole text so far with empty pieces', ['', 'b', '', 'ba', 'bad', ''], 'bad'],
  [
    'the whole text so far of a text that repeats itself',
    Array.from({ length: 12 }, (_, at) => 'ha '.repeat(at + 1)),
    'ha '.repeat(12),
  ],
  ['pieces that begin alike for a while', ['1', '12', '123', '4'], '1121234'],
  ['one piece', ['bad'], 'bad'],
  ['none', [], ''],
])('%s', (_, pieces, expected) => {
  expect(join(pieces).text).toBe(expected)
})

test.each<[string[], string, string]>([
  [['The', ' sky'], 'The sky', 'The sky'],
  [['The sky is blue.'], 'The sky is blue.', 'The sky is blue.'],
  [['ha'], 'ha', 'haha'],
  [['The', ' sky'], ' is', 'The sky is'],
])('%j and at the end %j make %j', (pieces, last, expected) => {
  expect(join(pieces, last).text).toBe(expected)
})

test('the whole text of a message at the end is not added, however short it is', () => {
  expect(join(['ha'], 'ha', 'whole').text).toBe('ha')
  expect(join(['ha'], 'hi', 'whole').text).toBe('hahi')
})

test('what is new is passed on as soon as it is certain', () => {
  expect(join(['The', ' sky', ' is']).passed).toEqual(['The', ' sky', ' is'])
  expect(join(['b', 'ba', 'bad', 'bad.']).passed).toEqual(['b', 'ad', '.'])
  expect(join(['a', 'ab', 'c']).passed).toEqual(['a', 'abc'])
  expect(join(['ha', 'ha']).passed.join('')).toBe('haha')
})
