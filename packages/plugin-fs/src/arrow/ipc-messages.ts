import { unreadable } from '../unreadable.js'

/** What a message of Arrow is. */
export type MessageKind = 'schema' | 'dictionaries' | 'rows' | 'other'

/** A message with its prefix and its body, as it stands in a file. */
export interface IpcMessage {
  readonly kind: MessageKind
  readonly bytes: Uint8Array
  /** The length of the prefix and the description, before the body. */
  readonly head: number
}

const kinds: readonly MessageKind[] = ['other', 'schema', 'dictionaries', 'rows']
const mostDescription = 256 * 1024 ** 2
const mostBody = 2 * 1024 ** 3
const magic = 'ARROW1'

/**
 * The messages of an Arrow file or stream, one at a time: a file holds the messages of a stream, between its mark and a
 * list of their places.
 *
 * @throws MAESTRO_FS_CONTENT
 */
export async function* ipcMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<IpcMessage> {
  const input = new Input(chunks)
  const start = await input.peek(8)
  if (start.length === 0) throw unreadable('it is empty')
  if (start.toString('latin1', 0, 4) === 'FEA1') throw unreadable('it is a Feather file of version 1')
  if (start.toString('latin1', 0, 6) === magic) await input.take(8)
  else if (start.length < 8 || start.readUInt32LE(0) !== 0xffffffff) throw unreadable('it is no Arrow file')
  for (;;) {
    const prefix = await input.peek(8)
    // A stream may end without a mark, between two messages.
    if (prefix.length === 0) return
    if (prefix.length < 8) throw unreadable('it is cut off')
    if (prefix.readUInt32LE(0) !== 0xffffffff) throw unreadable('a message is damaged')
    const length = prefix.readInt32LE(4)
    if (length === 0) return
    if (length < 0 || length > mostDescription) throw unreadable('a message is damaged')
    const head = await input.take(8 + length)
    const { kind, bodyLength } = describe(head.subarray(8))
    if (bodyLength > mostBody)
      throw unreadable(`a batch of rows takes ${Math.ceil(bodyLength / 1e6)} MB; write it with smaller batches`)
    const body = await input.take(bodyLength)
    // The body has to begin at a multiple of 8 bytes in memory.
    const bytes = new Uint8Array(head.length + body.length)
    bytes.set(head)
    bytes.set(body, head.length)
    yield { kind, bytes, head: head.length }
  }
}

/** Reads the two fields of a message that are needed, from its FlatBuffer. */
function describe(buffer: Buffer): { readonly kind: MessageKind; readonly bodyLength: number } {
  try {
    const table = buffer.readUInt32LE(0)
    const fields = table - buffer.readInt32LE(table)
    const size = buffer.readUInt16LE(fields)
    const place = (field: number) => (4 + 2 * field + 2 > size ? 0 : buffer.readUInt16LE(fields + 4 + 2 * field))
    const [kind, body] = [place(1), place(3)]
    const bodyLength = body === 0 ? 0 : Number(buffer.readBigInt64LE(table + body))
    if (!Number.isSafeInteger(bodyLength) || bodyLength < 0) throw unreadable('a message is damaged')
    return { kind: kinds[kind === 0 ? 0 : (buffer[table + kind] ?? 0)] ?? 'other', bodyLength }
  } catch (error) {
    if (error instanceof RangeError) throw unreadable('a message is damaged')
    throw error
  }
}

/** Bytes that are taken piece by piece. */
class Input {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Up to so many bytes, which stay. */
  async peek(count: number): Promise<Buffer> {
    const pieces = [this.#held]
    let length = this.#held.length
    while (length < count) {
      const { value, done } = await this.#chunks.next()
      if (done === true) break
      pieces.push(value)
      length += value.length
    }
    this.#held = pieces.length === 1 ? this.#held : Buffer.concat(pieces, length)
    return this.#held.subarray(0, count)
  }

  /** @throws MAESTRO_FS_CONTENT if there are fewer bytes */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count)
    if (bytes.length < count) throw unreadable('it is cut off')
    this.#held = this.#held.subarray(count)
    return bytes
  }
}
