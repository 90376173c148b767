import { expect, test } from 'vitest'
import { findSpan } from './find-span.js'

const quoted = (text: string, quotation: string) => {
  const span = findSpan(text, quotation)
  return span && text.slice(span.start, span.end)
}

test.each<[string, string, string | undefined]>([
  ['The fox is red.', 'fox is', 'fox is'],
  ['The fox\n  is red.', 'the fox is RED', 'The fox\n  is red'],
  ['He said “no – never”.', '"no - never"', 'no – never'],
  ['It’s  late', "it's late", 'It’s  late'],
  ['龙井茶产于浙江杭州。', '产于浙江', '产于浙江'],
  ['a 🦊 fox and 🦊', 'fox AND 🦊', 'fox and 🦊'],
  ['The fox is red.', 'The fox is blue.', undefined],
  ['The fox is red.', ' ', undefined],
  ['', 'x', undefined],
])('%j quoted as %j', (text, quotation, found) => expect(quoted(text, quotation)).toBe(found))
