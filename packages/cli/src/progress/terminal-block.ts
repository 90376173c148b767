import { safe } from '../terminal/print.js'

const hideCursor = '\u001b[?25l'
export const showCursor = '\u001b[?25h'

type Write = NodeJS.WriteStream['write']

/**
 * Lines at the bottom of a terminal that are redrawn repeatedly. The output of others in the meantime, such as log
 * lines, appears above them. The cursor is hidden until the block or the process ends.
 */
export class TerminalBlock {
  readonly #stream: NodeJS.WriteStream
  readonly #write: Write
  readonly #originals: readonly (readonly [NodeJS.WriteStream, Write])[]
  #height = 0
  #atLineStart = true
  #ended = false

  /** @param shared The streams that write to the same screen. */
  constructor(stream: NodeJS.WriteStream, shared: readonly NodeJS.WriteStream[]) {
    this.#stream = stream
    this.#write = stream.write.bind(stream)
    const screens = [...new Set([stream, ...shared])].filter((screen) => screen.isTTY)
    this.#originals = screens.map((screen) => [screen, screen.write] as const)
    for (const [screen, write] of this.#originals) screen.write = this.#writeAbove(screen, write)
    process.once('exit', this.end)
    this.#write(hideCursor)
  }

  draw(lines: readonly string[]): void {
    if (this.#ended || !this.#atLineStart) return
    this.#write(`${this.#eraser()}${lines.map((line) => `${safe(line)}\n`).join('')}`)
    this.#height = lines.length
  }

  /** Leaves the lines in place and restores the terminal. */
  readonly end = (): void => {
    if (this.#ended) return
    this.#ended = true
    for (const [screen, write] of this.#originals) screen.write = write
    process.off('exit', this.end)
    this.#stream.write(showCursor)
  }

  #eraser(): string {
    return this.#height === 0 ? '' : `\u001b[${this.#height}A\r\u001b[0J`
  }

  #writeAbove(screen: NodeJS.WriteStream, original: Write): Write {
    // The parameters are passed on unchanged, because write() has several forms.
    return ((...parameters: Parameters<Write>) => {
      if (this.#height > 0) this.#write(this.#eraser())
      this.#height = 0
      const [text] = parameters
      this.#atLineStart = typeof text === 'string' ? text.endsWith('\n') : text.at(-1) === 10
      return original.apply(screen, parameters)
    }) as Write
  }
}
