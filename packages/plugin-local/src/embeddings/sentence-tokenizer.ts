/** The part of the library's tokenizer that is used. */
export interface Encoder {
  encode(text: string, options?: { readonly add_special_tokens?: boolean }): { readonly ids: readonly number[] }
}

/** A tokenized text. */
export interface TokenizedText {
  readonly ids: readonly number[]
  readonly isCut: boolean
}

/**
 * How much of a long text is read for each required token: usually the first value is enough, and the last limits the
 * work.
 */
const charactersPerToken = [12, 48, 192]
/** The last tokens of a piece may differ from those of the whole text. */
const unsureTokens = 16

/** Turns texts into tokens with the model's special tokens, and cuts what is too long. */
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

  /** @param maxTokens Including the special tokens. */
  tokenize(text: string, maxTokens: number): TokenizedText {
    const room = Math.max(1, maxTokens - this.#before.length - this.#after.length)
    // Tokenizers disagree about lone surrogates.
    const { tokens, isWhole } = this.#firstTokens(text.toWellFormed(), room)
    const isCut = !isWhole || tokens.length > room
    return { ids: [...this.#before, ...tokens.slice(0, room), ...this.#after], isCut }
  }

  /** The tokens of a text; of a long text only the first ones, so that a text of megabytes is not read to its end. */
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
