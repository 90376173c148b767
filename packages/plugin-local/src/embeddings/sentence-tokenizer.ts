/** What is used of the library's tokenizer. */
export interface Encoder {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: readonly number[] }
}

/** A text as the model reads it. */
export interface TokenizedText {
  readonly ids: readonly number[]
  readonly isCut: boolean
}

/** How much of a long text is read for each token that is wanted: mostly the first is enough, and the last bounds the work. */
const charactersPerToken = [12, 48, 192]
/** The last tokens of a piece may be others than those of the whole text. */
const unsureTokens = 16

/** Turns texts into tokens with the marks of the model around them, and cuts what is too long. */
export class SentenceTokenizer {
  readonly #tokenizer: Encoder
  readonly #before: readonly number[]
  readonly #after: readonly number[]

  constructor(tokenizer: Encoder) {
    this.#tokenizer = tokenizer
    const probe = this.#encode('a')
    const { ids } = tokenizer.encode('a')
    const start = ids.findIndex((_, at) => probe.every((id, offset) => ids[at + offset] === id))
    this.#before = ids.slice(0, start)
    this.#after = ids.slice(start + probe.length)
  }

  /** @param maxTokens The marks of the model among them. */
  tokenize(text: string, maxTokens: number): TokenizedText {
    const room = Math.max(1, maxTokens - this.#before.length - this.#after.length)
    // Half of a character is no character: tokenizers disagree on what to do with it.
    const { tokens, isWhole } = this.#firstTokens(text.toWellFormed(), room)
    const isCut = !isWhole || tokens.length > room
    return { ids: [...this.#before, ...tokens.slice(0, room), ...this.#after], isCut }
  }

  /** The tokens of a text; of a long one the first: a text of megabytes is not read to its end. */
  #firstTokens(text: string, room: number): { readonly tokens: readonly number[]; readonly isWhole: boolean } {
    let tokens: readonly number[] = []
    for (const characters of charactersPerToken) {
      const length = (room + unsureTokens) * characters
      tokens = this.#encode(text.slice(0, length).toWellFormed())
      if (length >= text.length) return { tokens, isWhole: true }
      if (tokens.length > room + unsureTokens) break
    }
    return { tokens, isWhole: false }
  }

  #encode(text: string): readonly number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids
  }
}
