import type { ChatChoice } from './chat-api.js'

/**
 * Recognizes an answer that begins again in the middle of its stream, as a gateway does when the server behind it breaks.
 * What the second answer repeats of the first one is unknown, so that neither can be used.
 */
export class Restarts {
  #id: unknown
  /** The pieces with text of this id. */
  #pieces = 0

  /** @returns whether this piece begins another answer. @param hasText Whether it has a part of the text. */
  isOne(id: unknown, { delta }: ChatChoice, hasText: boolean): boolean {
    const isOther = typeof id === 'string' && typeof this.#id === 'string' && id !== this.#id
    // Servers that give each piece its own id, or a late one, send the role once.
    if (isOther && this.#pieces >= 2 && typeof delta === 'object' && delta?.role != null) return true
    if (isOther) this.#pieces = 0
    this.#id = id
    if (hasText) this.#pieces++
    return false
  }
}
