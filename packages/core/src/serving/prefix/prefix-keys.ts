import { hash } from 'node:crypto'
import type { LLMRequest } from '../../contracts/serving.js'

/** The characters of a block. Providers cache prompts from about 1,024 tokens, which are four characters each. */
const block = 4096
/** Longer prompts are compared by their first blocks. */
const mostBlocks = 64

/** The beginning of a prompt. */
export interface PrefixKey {
  readonly key: string
  /** Its length in the texts of the messages, one after the other. */
  readonly characters: number
}

/**
 * The beginnings of a prompt that other prompts may share, from short to long: whole blocks of its text. Two prompts
 * share a beginning if they share its key. A prompt that is shorter than a block has none.
 */
export function prefixKeys({ messages, schema }: LLMRequest): readonly PrefixKey[] {
  const text = textOf(messages)
  const keys: PrefixKey[] = []
  // Providers put the schema before the messages.
  let key = JSON.stringify(schema ?? null)
  for (let end = block, from = 0; end <= text.length && keys.length < mostBlocks; end += block) {
    const characters = isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end
    key = hash('sha1', key + text.slice(from, characters), 'base64')
    keys.push({ key, characters })
    from = characters
  }
  return keys
}

/** The texts up to the first image, recording, or file. */
function textOf(messages: LLMRequest['messages']): string {
  let text = ''
  for (const { content } of messages) {
    if (typeof content === 'string') {
      text += content
      continue
    }
    for (const part of content) {
      if (part.type !== 'text') return text
      text += part.text
    }
  }
  return text
}

/** A character of two units is not divided. */
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
