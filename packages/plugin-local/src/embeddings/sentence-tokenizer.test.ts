import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { beforeAll, describe, expect, test } from 'vitest'
import { pullModel } from '../models/known-models.js'
import { folderOf } from './sentence-files.js'
import { type Encoder, SentenceTokenizer } from './sentence-tokenizer.js'

/** Counts the characters that the library is given. */
class CountingEncoder implements Encoder {
  characters = 0
  readonly #tokenizer: Encoder
  constructor(tokenizer: Encoder) {
    this.#tokenizer = tokenizer
  }
  encode(text: string, options?: { readonly add_special_tokens?: boolean }) {
    this.characters += text.length
    return this.#tokenizer.encode(text, options)
  }
}

let encoder: CountingEncoder
let tokenizer: SentenceTokenizer
beforeAll(async () => {
  const folder = folderOf(await pullModel('all-MiniLM-L6-v2'))
  const file = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'))
  encoder = new CountingEncoder(new Tokenizer(file, {}) as Encoder)
  tokenizer = new SentenceTokenizer(encoder)
})

describe('SentenceTokenizer', () => {
  test('gives the tokens of the library, with the marks of the model around them', () => {
    for (const text of ['A cat sits on the mat.', 'Grüße, 日本語 🐱', ''])
      expect(tokenizer.tokenize(text, 256)).toEqual({ ids: encoder.encode(text).ids, isCut: false })
  })

  test('keeps the marks when it cuts, down to a single token between them', () => {
    const whole = tokenizer.tokenize('one two three four', 256).ids
    expect(tokenizer.tokenize('one two three four', 5)).toEqual({
      ids: [...whole.slice(0, 4), whole.at(-1)],
      isCut: true,
    })
    expect(tokenizer.tokenize('one two three four', 6).isCut).toBe(false)
    expect(tokenizer.tokenize('one two', 1).ids).toEqual([whole[0], whole[1], whole.at(-1)])
  })

  test('reads only the needed part of a long text, and never half a character', () => {
    for (const word of ['word ', 'antidisestablishmentarianism ', '🐱 ', '日本語']) {
      encoder.characters = 0
      const { ids, isCut } = tokenizer.tokenize(word.repeat(1_000_000), 256)
      expect(encoder.characters).toBeLessThan(100_000)
      expect({ isCut, count: ids.length }).toEqual({ isCut: true, count: 256 })
      expect(ids).toEqual(tokenizer.tokenize(word.repeat(300), 256).ids)
    }
  })

  test('of a text that has almost no tokens a bounded part is read', () => {
    encoder.characters = 0
    expect(tokenizer.tokenize(`${' '.repeat(5_000_000)}end`, 256)).toEqual({ ids: encoder.encode('').ids, isCut: true })
    expect(encoder.characters).toBeLessThan(100_000)
  })
})
