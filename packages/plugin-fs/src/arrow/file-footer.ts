/** The place of a batch of rows in a file. */
export interface RowsBlock {
  readonly offset: number
  readonly head: number
  readonly body: number
}

/**
 * The end of an Arrow file: a FlatBuffer with the schema and the places of all batches of rows, its length, and the mark.
 *
 * @param schema The description of the message with the schema. Its table is used where it stands, because FlatBuffers
 *   refer to each other by distances.
 */
export function fileFooter(schema: Uint8Array, blocks: readonly RowsBlock[]): Buffer {
  const from = Buffer.from(schema.buffer, schema.byteOffset, schema.byteLength)
  // The start, a table of fields, and a table: 4 + 12 + 20 bytes, then two lists whose items begin at multiples of 8.
  const [fields, table, none, listed] = [4, 16, 36, 44] as const
  const copied = listed + 4 + 24 * blocks.length
  const footer = Buffer.alloc(copied + from.length + 10)
  footer.writeUInt32LE(table, 0)
  for (const [index, value] of [12, 20, 4, 8, 12, 16].entries()) footer.writeUInt16LE(value, fields + 2 * index)
  footer.writeInt32LE(table - fields, table)
  footer.writeInt16LE(version5, table + 4)
  const refer = (at: number, to: number) => footer.writeUInt32LE(to - at, at)
  refer(table + 8, copied + tableIn(from))
  refer(table + 12, none)
  refer(table + 16, listed)
  footer.writeUInt32LE(blocks.length, listed)
  for (const [index, { offset, head, body }] of blocks.entries()) {
    const at = listed + 4 + 24 * index
    footer.writeBigInt64LE(BigInt(offset), at)
    footer.writeInt32LE(head, at + 8)
    footer.writeBigInt64LE(BigInt(body), at + 16)
  }
  from.copy(footer, copied)
  footer.writeInt32LE(copied + from.length, copied + from.length)
  footer.write('ARROW1', copied + from.length + 4, 'latin1')
  return footer
}

/** Version 5 of the format, which Arrow 1.0 and later write. */
const version5 = 4

/** Where the table of the schema stands in its message: the field `header`. */
function tableIn(message: Buffer): number {
  const table = message.readUInt32LE(0)
  const fields = table - message.readInt32LE(table)
  const header = table + message.readUInt16LE(fields + 4 + 2 * 2)
  return header + message.readUInt32LE(header)
}
