import type { LlamaChat, Token } from 'node-llama-cpp'

/** The sequences of one context. Each processes one call at a time and keeps what it has read. */
export class SequencePool {
  readonly #free: LlamaChat[]
  readonly #waiting: ((chat: LlamaChat) => void)[] = []

  constructor(chats: Iterable<LlamaChat>) {
    this.#free = [...chats]
  }

  /**
   * The free sequence that has already read most of this prompt, or else the next one that becomes free, first come,
   * first served. Rejects with the signal's reason.
   */
  async take(prompt: readonly Token[], signal: AbortSignal): Promise<LlamaChat> {
    signal.throwIfAborted()
    const free = this.#nearest(prompt)
    if (free !== undefined) return free
    return new Promise((resolve, reject) => {
      const give = (chat: LlamaChat) => {
        signal.removeEventListener('abort', leave)
        resolve(chat)
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1)
        reject(signal.reason)
      }
      this.#waiting.push(give)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  giveBack(chat: LlamaChat): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(chat)
    else next(chat)
  }

  #nearest(prompt: readonly Token[]): LlamaChat | undefined {
    let best = 0
    let longest = -1
    for (const [index, chat] of this.#free.entries()) {
      const shared = sharedPrefix(chat, prompt)
      if (shared > longest) [best, longest] = [index, shared]
    }
    // Among equal ones, the first: the one that was free for longest, so that recently read prompts are kept.
    return this.#free.splice(best, 1)[0]
  }
}

/** The number of tokens of a prompt that a sequence need not read again; the last one is always read. */
export function sharedPrefix(chat: LlamaChat, prompt: readonly Token[]): number {
  const { firstDifferentIndex } = chat.sequence.compareContextTokens([...prompt])
  return Math.min(firstDifferentIndex, prompt.length - 1)
}
