/** The number of times that the text must have grown within its own pieces before they count as repeating it. */
const fewestGrowths = 2
/** After so many, they count even if the text is the same again and again. */
const certainGrowths = 8
/** A last piece as long as this does not repeat the whole text by chance. */
const longEnough = 8

/**
 * Joins the pieces of a streamed text. Most servers send what is new. Some send the whole text so far with each piece
 * (`b`, `ba`, `bad`), or once more at the end.
 *
 * @example
 * const text = new TextPieces((added) => process.stdout.write(added))
 * for (const piece of ['The', 'The sky', 'The sky is blue']) text.add(piece)
 * text.end() // 'The sky is blue'
 */
export class TextPieces {
  readonly #onText: (text: string) => void
  readonly #pieces: string[] = []
  #length = 0
  /** Whether each piece so far begins with the one before. */
  #mayRepeat = true
  #growths = 0
  /** The number of pieces that were passed on, or of characters once the pieces repeat the text. */
  #passed = 0
  #passedCharacters = 0

  /** @param onText Receives what is new. It waits for the next piece if it is uncertain what that is. */
  constructor(onText: (text: string) => void = () => undefined) {
    this.#onText = onText
  }

  /** @param kind `last` if the text ends with this piece, `whole` if the server may call it the whole text. */
  add(piece: string, kind: 'next' | 'last' | 'whole' = 'next'): void {
    if (piece === '' || (kind !== 'next' && this.#isRepeatedBy(piece, kind === 'whole'))) return
    const last = this.#pieces.at(-1)
    if (last !== undefined) {
      this.#mayRepeat &&= piece.startsWith(last)
      if (piece.length > last.length) this.#growths++
    }
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#repeats) this.#passFrom(piece)
    else if (last === undefined || !this.#mayRepeat) this.#passPieces()
  }

  /** The whole text. */
  end(): string {
    const last = this.#pieces.at(-1) ?? ''
    if (this.#repeats) return last
    this.#passPieces()
    return this.#pieces.join('')
  }

  get #repeats(): boolean {
    if (!this.#mayRepeat || this.#growths < fewestGrowths) return false
    if (this.#growths >= certainGrowths) return true
    // A line of dashes may arrive in longer and longer pieces.
    const { 0: first = '', [this.#pieces.length - 1]: last = '' } = this.#pieces
    return last.replaceAll(first, '') !== ''
  }

  #isRepeatedBy(piece: string, isCertain: boolean): boolean {
    if (piece.length !== this.#length || this.#repeats) return false
    return (isCertain || this.#pieces.length > 1 || piece.length >= longEnough) && this.#pieces.join('') === piece
  }

  #passPieces(): void {
    const added = this.#pieces.slice(this.#passed).join('')
    this.#passed = this.#pieces.length
    this.#passedCharacters += added.length
    if (added !== '') this.#onText(added)
  }

  #passFrom(text: string): void {
    const added = text.slice(this.#passedCharacters)
    this.#passedCharacters = text.length
    if (added !== '') this.#onText(added)
  }
}
