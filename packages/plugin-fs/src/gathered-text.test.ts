import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatheredText } from './gathered-text.js'

test('texts come out as their bytes, in order, whatever fits', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 })), (texts) => {
      const gathered = new GatheredText(100)
      const written: Buffer[] = []
      for (const text of texts) {
        if (gathered.add(text)) continue
        const bytes = gathered.take()
        written.push(Buffer.from(bytes))
        gathered.giveBack(bytes)
        if (!gathered.add(text)) written.push(Buffer.from(text))
      }
      written.push(gathered.take())
      expect(Buffer.concat(written).toString()).toBe(texts.join(''))
    }),
  )
})

test('bytes that are not given back stay as they are', () => {
  const gathered = new GatheredText(12)
  gathered.add('one')
  const first = gathered.take()
  gathered.add('two')
  const second = gathered.take()
  gathered.add('six')
  expect([first, second, gathered.take()].map(String)).toEqual(['one', 'two', 'six'])
})
