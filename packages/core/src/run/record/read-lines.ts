import { closeSync, existsSync, openSync, readSync } from 'node:fs'

const newline = 10
const chunkBytes = 1 << 20

/**
 * The whole lines of a file, one after the other, without one that a crash has cut off. The file may be longer than a string
 * can be.
 *
 * @param begin Only lines that begin with it. @default every line
 * @param bytes The size of the pieces that are read.
 */
export function* readLines(path: string, begin = '', bytes = chunkBytes): Generator<string, undefined> {
  if (!existsSync(path)) return
  const start = Buffer.from(begin)
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(bytes)
    let rest: Buffer = Buffer.alloc(0)
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
      const last = piece.subarray(0, length).lastIndexOf(newline)
      const text = Buffer.concat([rest, piece.subarray(0, length)])
      if (last === -1) {
        rest = text
        continue
      }
      const end = text.length - length + last + 1
      for (let from = 0; from < end; ) {
        const to = text.indexOf(newline, from)
        if (text.subarray(from, from + start.length).equals(start)) yield text.toString('utf8', from, to)
        from = to + 1
      }
      rest = text.subarray(end)
    }
  } finally {
    closeSync(file)
  }
}
