import type { Duplex } from 'node:stream'
import { decodeStepValue, encodeStepValue } from '../provider/step-codec.js'
import type { Answers } from './messages.js'
import { receiveError, type SentError, sendError } from './sent-error.js'

/** A question or an answer. What it carries is text in the encoding of step files, which keeps every value of a row. */
type Message =
  | { readonly ask: number; readonly method: string; readonly body: string }
  | { readonly answer: number; readonly body: string }
  | { readonly answer: number; readonly error: string }

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

type Input<Call> = Call extends (input: infer Given) => unknown ? Given : never
type Output<Call> = Call extends (...parameters: never[]) => infer Given ? Given : never

/** How much a channel holds for a process that is not trusted, and what happens beyond that. */
export interface FloodGate {
  /** The longest message, in characters. */
  readonly longest: number
  /** How many bytes may wait for a process that asks and does not read the answers. */
  readonly unread: number
  flooded(how: string): void
}

/**
 * Calls between two processes, in both directions, as lines of JSON. A message is read as data, whatever the other process
 * sends: the channel of Node.js itself would end this process at certain messages.
 *
 * @typeParam Asked The calls that the other process answers; `Answered` those that this one answers.
 */
export class Channel<Asked, Answered> {
  readonly #stream: Duplex
  readonly #plugin: string
  readonly #answers: Answers<Answered>
  readonly #waiting = new Map<number, Waiting>()
  readonly #busy: (busy: boolean) => void
  readonly #gate: FloodGate | undefined
  #last = 0
  #ended: Error | undefined

  /**
   * @param busy Called when the first call begins to wait, and when no call waits any more.
   * @param gate Without it, nothing that the other process sends is too much.
   */
  constructor(
    stream: Duplex,
    plugin: string,
    answers: Answers<Answered>,
    busy: (busy: boolean) => void = () => undefined,
    gate?: FloodGate,
  ) {
    this.#stream = stream
    this.#plugin = plugin
    this.#answers = answers
    this.#busy = busy
    this.#gate = gate
    // A process that has ended is reported by its end, not by the failure of each message.
    stream.on('error', () => undefined)
    this.#listen()
  }

  /** Asks the other process. @throws the error that it answers with, or the one with which the channel ended */
  call<Name extends keyof Asked & string>(method: Name, input: Input<Asked[Name]>): Promise<Output<Asked[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended
      const body = encodeStepValue(input)
      const ask = ++this.#last
      this.#waiting.set(ask, { resolve: resolve as (value: unknown) => void, reject })
      if (this.#waiting.size === 1) this.#busy(true)
      this.#send({ ask, method, body })
    })
  }

  /** Ends all calls, those under way and those to come, with an error. */
  end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
    this.#busy(false)
  }

  #send(message: Message): void {
    this.#stream.write(`${JSON.stringify(message)}\n`)
  }

  #listen(): void {
    let begun: string[] = []
    let length = 0
    this.#stream.setEncoding('utf8').on('data', (text: string) => {
      if (this.#ended !== undefined) return
      const [end = '', ...lines] = text.split('\n')
      begun.push(end)
      length += end.length
      if (length > (this.#gate?.longest ?? Infinity)) return this.#gate?.flooded('a message without an end')
      for (const next of lines) {
        this.#read(begun.join(''))
        begun = [next]
        length = next.length
      }
      if (this.#stream.writableLength > (this.#gate?.unread ?? Infinity))
        this.#gate?.flooded('questions whose answers it does not read')
    })
  }

  /** Lines that are no messages are ignored. */
  #read(line: string): void {
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch {
      return
    }
    if (typeof message === 'object' && message !== null) this.#receive(message)
  }

  #receive(message: Partial<Record<string, unknown>>): void {
    const { ask, answer, method, body, error } = message
    if (typeof ask === 'number' && typeof method === 'string' && typeof body === 'string')
      void this.#answer(ask, method, body)
    else if (typeof answer === 'number') this.#settle(answer, body, error)
  }

  async #answer(ask: number, method: string, body: string): Promise<void> {
    try {
      const answers = this.#answers as Readonly<Record<string, (input: unknown) => unknown>>
      if (!Object.hasOwn(answers, method)) return
      const output = await answers[method]?.(decodeStepValue(body))
      this.#send({ answer: ask, body: encodeStepValue(output) })
    } catch (error) {
      this.#send({ answer: ask, error: encodeStepValue(sendError(error, this.#plugin)) })
    }
  }

  #settle(answer: number, body: unknown, error: unknown): void {
    const waiting = this.#waiting.get(answer)
    if (waiting === undefined) return
    this.#waiting.delete(answer)
    if (this.#waiting.size === 0) this.#busy(false)
    try {
      if (error === undefined) waiting.resolve(decodeStepValue(String(body)))
      else waiting.reject(receiveError(decodeStepValue(String(error)) as SentError, this.#plugin))
    } catch (fault) {
      waiting.reject(fault as Error)
    }
  }
}
