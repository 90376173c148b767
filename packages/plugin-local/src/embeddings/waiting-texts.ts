import type { EmbedSettings } from './embedding-messages.js'

/** A text that waits for its turn. */
export interface WaitingText {
  /** The call it belongs to; calls are counted up. */
  readonly call: number
  /** Its place in the call. */
  readonly place: number
  readonly ids: readonly number[]
  readonly settings: EmbedSettings
}

/**
 * Texts of all calls at work, by length. A batch is of texts of nearly one length, whichever calls they belong to, so
 * that little of it is padding; the call that came first is always in it.
 */
export class WaitingTexts {
  readonly #maxTokens: number
  #texts: WaitingText[] = []

  /** @param maxTokens Tokens of a batch, padding among them. A text that is longer is a batch of its own. */
  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens
  }

  get size(): number {
    return this.#texts.length
  }

  add(texts: Iterable<WaitingText>): void {
    this.#texts = [...this.#texts, ...texts].sort((a, b) => a.ids.length - b.ids.length)
  }

  drop(call: number): void {
    this.#texts = this.#texts.filter((text) => text.call !== call)
  }

  /** The longest text of the first call with those that are next to it in length. */
  takeBatch(): readonly WaitingText[] {
    const first = this.#texts.reduce((least, { call }) => Math.min(least, call), Number.POSITIVE_INFINITY)
    const end = this.#texts.findLastIndex(({ call }) => call === first) + 1
    const length = this.#texts[end - 1]?.ids.length ?? 0
    const count = Math.max(1, Math.floor(this.#maxTokens / Math.max(1, length)))
    return this.#texts.splice(Math.max(0, end - count), Math.min(end, count))
  }
}
