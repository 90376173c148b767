import type { CallbackHandlerMethods } from '@langchain/core/callbacks/base'
import { TextPieces } from '@maestro-dataflow/core'

/**
 * Joins the pieces that a model streams. LangChain appends each piece to the text, but some servers send the whole text
 * so far with each one.
 */
export class StreamedPieces {
  readonly #text = new TextPieces()
  readonly #reasoning = new TextPieces()
  #count = 0
  /** The number of pieces with text that came in a row with the same id. */
  readonly #rows: { readonly id: string; count: number }[] = []

  /** Hears the pieces, if it is one of the `callbacks` of a call. */
  readonly callback: CallbackHandlerMethods = {
    handleLLMNewToken: (text, _place, _run, _parent, _tags, fields) => {
      this.#count++
      this.#text.add(text)
      if (text !== '') this.#note(messageIn(fields?.chunk).id)
      const { reasoning_content: reasoning } = messageIn(fields?.chunk).additional_kwargs ?? {}
      if (typeof reasoning === 'string') this.#reasoning.add(reasoning)
    },
  }

  /** Whether the answer began again in the middle, as behind a gateway whose server breaks. */
  get isRestarted(): boolean {
    return this.#rows.length > 1 && this.#rows.every(({ count }) => count > 1)
  }

  #note(id = ''): void {
    const last = this.#rows.at(-1)
    if (last?.id === id) last.count++
    else this.#rows.push({ id, count: 1 })
  }

  /** The text and the reasoning of a streamed answer; undefined for one that arrived at once. */
  end(): { readonly text: string; readonly reasoning: string } | undefined {
    return this.#count === 0 ? undefined : { text: this.#text.end(), reasoning: this.#reasoning.end() }
  }
}

interface PieceMessage {
  readonly id?: string
  /** Where the class of OpenAI has the reasoning of a piece. */
  readonly additional_kwargs?: { readonly reasoning_content?: unknown }
}

const messageIn = (chunk: object | undefined): PieceMessage =>
  (chunk as { readonly message?: PieceMessage } | undefined)?.message ?? {}
