import type { EmbedSettings } from './embedding-messages.js'

/** A text that waits for its turn. */
export interface WaitingText {
  /** The call that it belongs to; calls are numbered. */
  readonly call: number
  /** Its position in the call. */
  readonly place: number
  readonly ids: readonly number[]
  readonly settings: EmbedSettings
}

/**
 * The texts of all calls in progress, by length. A batch consists of texts of similar length from any call, so that it
 * contains little padding; the oldest call is always part of it.
 */
export class WaitingTexts {
  readonly #maxTokens: number
  #texts: WaitingText[] = []

  /** @param maxTokens The tokens of a batch, including padding. A longer text is a batch of its own. */
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

  /** The longest text of the oldest call, with texts of similar length. */
  takeBatch(): readonly WaitingText[] {
    const first = this.#texts.reduce((least, { call }) => Math.min(least, call), Number.POSITIVE_INFINITY)
    const end = this.#texts.findLastIndex(({ call }) => call === first) + 1
    const length = this.#texts[end - 1]?.ids.length ?? 0
    const count = Math.max(1, Math.floor(this.#maxTokens / Math.max(1, length)))
    return this.#texts.splice(Math.max(0, end - count), Math.min(end, count))
  }
}
