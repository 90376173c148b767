import { startsWithThoughtTag, thoughtClosing, thoughtOpening, thoughtWords } from './separate-thoughts.js'

/** The longest tag; an attribute may make an opening one longer, which is then part of the answer. */
const longestTag = 40

/** The text that a provider streams, without the reasoning at its start. */
export class AnswerPieces {
  readonly #onText: (text: string) => void
  /** `held`: the format of the answer shows only when it is complete. */
  #state: 'start' | 'thinking' | 'answer' | 'held' = 'start'
  #waiting = ''
  #said = ''
  #hasThoughts = false

  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  add(piece: string): void {
    if (this.#state === 'answer') this.#say(piece)
    else if (this.#state !== 'held') {
      this.#waiting += piece
      this.#read()
    }
  }

  /** Says what is missing. @param text The whole answer, without its reasoning. */
  finish(text: string): void {
    if (text.startsWith(this.#said)) this.#say(text.slice(this.#said.length))
  }

  #read(): void {
    if (this.#state === 'thinking') {
      const closing = thoughtClosing.exec(this.#waiting)
      if (closing === null) {
        this.#waiting = this.#waiting.slice(-longestTag)
        return
      }
      this.#waiting = this.#waiting.slice(closing.index + closing[0].length)
      this.#hasThoughts = true
      this.#state = 'start'
    }
    const text = this.#waiting.trimStart()
    if (text === '') return
    const opening = thoughtOpening.exec(text)
    if (opening !== null) {
      this.#waiting = text.slice(opening[0].length)
      this.#state = 'thinking'
      this.#read()
    } else if (startsWithThoughtTag(text)) this.#state = 'held'
    else if (!mayBecomeTag(text)) {
      this.#state = 'answer'
      this.#say(this.#hasThoughts ? text : this.#waiting)
    }
  }

  #say(text: string): void {
    if (text === '') return
    this.#said += text
    this.#onText(text)
  }
}

/** Whether a text may be the beginning of a tag whose end has not arrived. */
function mayBecomeTag(text: string): boolean {
  const isWord = thoughtWords.some((words) => words.startsWith(text.toLowerCase()))
  return text.length < longestTag && (/^[<[◁][^>\]▷\n]*$/.test(text) || isWord)
}
