import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureOf } from './measure.js'
import { type ChunkMethod, type SplitOptions, splitText } from './split-text.js'

const methods: readonly ChunkMethod[] = ['fixed', 'sentence', 'paragraph', 'markdown', 'recursive']

function textsOf(text: string, options: Partial<SplitOptions>): readonly string[] {
  const chunks = splitText(text, { method: 'recursive', size: 20, overlap: 0, unit: 'characters', ...options })
  return chunks.map(({ start, end }) => text.slice(start, end))
}

const graphemesOf = (text: string) =>
  new Set(Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), ({ index }) => index))

const pieces = fc.constantFrom(
  ...['a', 'Word', ' ', '  ', '\n', '\n\n', '\r\n', '. ', '。', '！', '」', '# Heading\n', '```\n', '中', '文字', 'ガ'],
  ...[
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '👍🏽',
    '🇩🇪',
    '🇳🇴',
    'e\u0301',
    'नि',
    '한',
    '\u1112\u1161',
    '©\ufe0f',
    '\ud83d',
  ],
)

describe('whatever the text', () => {
  test.each(methods)('%s: in order, all of it, of the size, and no character is cut', (method) => {
    const input = fc.record({
      text: fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
      size: fc.integer({ min: 1, max: 40 }),
      overlap: fc.integer({ min: 0, max: 39 }),
      unit: fc.constantFrom('characters' as const, 'tokens' as const),
    })
    fc.assert(
      fc.property(input, ({ text, size, overlap, unit }) => {
        fc.pre(overlap < size)
        const chunks = splitText(text, { method, size, overlap, unit })
        const cuts = graphemesOf(text).add(text.length)
        const measure = measureOf(text, unit)
        let covered = 0
        for (const [index, { start, end }] of chunks.entries()) {
          expect(end).toBeGreaterThan(covered)
          // Nothing but white space is left out.
          if (start > covered) expect(text.slice(covered, start).trim()).toBe('')
          else expect(measure.size(start, covered)).toBeLessThanOrEqual(overlap)
          if (index > 0) expect(start).toBeGreaterThan(chunks[index - 1]?.start ?? 0)
          if (method !== 'fixed') expect(text.slice(start, end)).toBe(text.slice(start, end).trim())
          // White space is taken off, also where a mark stands on it.
          for (const place of [start, end]) if (!/\s/.test(text[place - 1] ?? '')) expect(cuts.has(place)).toBe(true)
          const inside = [...cuts].filter((place) => place > start && place < end)
          if (inside.length > 0) expect(measure.size(start, end)).toBeLessThanOrEqual(size)
          covered = end
        }
        expect(text.slice(covered).trim()).toBe('')
      }),
      { numRuns: 400 },
    )
  })
})

describe('where it cuts', () => {
  test('fixed: at the size, with the same overlap throughout', () => {
    expect(textsOf('abcdefghij', { method: 'fixed', size: 4, overlap: 1 })).toEqual(['abcd', 'defg', 'ghij'])
    expect(textsOf('a👨‍👩‍👧b', { method: 'fixed', size: 3 })).toEqual(['a', '👨‍👩‍👧', 'b'])
  })

  test('sentence: whole sentences, of any script; an abbreviation does not end one', () => {
    expect(textsOf('One is short. Two is e.g. not. "Three!" Four?', { method: 'sentence', size: 28 })).toEqual([
      'One is short.',
      'Two is e.g. not. "Three!"',
      'Four?',
    ])
    expect(textsOf('第一句话。第二句“是吗？”第三句！最后', { method: 'sentence', size: 8 })).toEqual([
      '第一句话。',
      '第二句“是吗？”',
      '第三句！最后',
    ])
  })

  test('paragraph: whole paragraphs, else sentences', () => {
    const text = 'One.\n \nTwo is long. Very long.\r\n\r\nThree.'
    expect(textsOf(text, { method: 'paragraph', size: 16 })).toEqual(['One.', 'Two is long.', 'Very long.', 'Three.'])
    expect(textsOf(text, { method: 'paragraph', size: 32 })).toEqual(['One.\n \nTwo is long. Very long.', 'Three.'])
  })

  test('recursive: lines before sentences, words before characters', () => {
    expect(textsOf('A b. C d\ne f. g h i', { size: 14 })).toEqual(['A b. C d', 'e f. g h i'])
    expect(textsOf('verylongword another', { size: 14 })).toEqual(['verylongword', 'another'])
    expect(textsOf('a'.repeat(9), { size: 4 })).toEqual(['aaaa', 'aaaa', 'a'])
  })

  test('Chinese without any mark is cut between words', () => {
    expect(textsOf('我们今天去北京大学参观', { size: 6 })).toEqual(['我们今天去', '北京大学参观'])
  })

  test('markdown: one heading each, with those over it; fences hold no headings', () => {
    const text = '# A\n\n## B\ntext\n```\n# no heading\n```\n## C ##\nmore\n# D'
    const chunks = splitText(text, { method: 'markdown', size: 100, overlap: 0, unit: 'characters' })
    expect(chunks.map(({ start, end, headings }) => [text.slice(start, end), headings])).toEqual([
      ['# A\n\n## B\ntext\n```\n# no heading\n```', ['A', 'B']],
      ['## C ##\nmore', ['A', 'C']],
      ['# D', ['D']],
    ])
  })

  test('an overlap begins at a sentence, else a word', () => {
    expect(textsOf('One two. Three four. Five six.', { size: 21, overlap: 14 })).toEqual([
      'One two. Three four.',
      'Three four. Five six.',
    ])
    expect(textsOf('one two three four five', { size: 12, overlap: 7 })).toEqual([
      'one two',
      'two three',
      'three four',
      'four five',
    ])
  })

  test('by tokens: a character of Chinese counts as four letters do', () => {
    expect(textsOf('abcdefghijkl', { method: 'fixed', size: 2, unit: 'tokens' })).toEqual(['abcdefgh', 'ijkl'])
    expect(textsOf('一二三四五', { method: 'fixed', size: 2, unit: 'tokens' })).toEqual(['一二', '三四', '五'])
  })

  test('nothing but white space has no chunks', () => {
    for (const method of methods.filter((name) => name !== 'fixed')) expect(textsOf(' \n\n ', { method })).toEqual([])
  })
})
