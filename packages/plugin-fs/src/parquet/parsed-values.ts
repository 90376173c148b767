import { parseJson } from '@maestro-dataflow/core'
import { textOf } from '../stored-text.js'
import { reasonOf, unreadable } from '../unreadable.js'
import { timestampOf } from './exact-values.js'

/** A value that cannot be read. It costs the row that holds it, and no other. */
export class UnreadableValue {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** @throws MAESTRO_FS_CONTENT for a text that is not JSON */
export function jsonOf(json: string): unknown {
  try {
    return parseJson(json)
  } catch (error) {
    throw unreadable(`its text is not valid JSON (${reasonOf(error)})`)
  }
}

const dayMilliseconds = 86_400_000n

/** What the reader makes of values that it converts itself. Nothing is rounded. */
export const parsers = {
  timestampFromMilliseconds: readable((count: bigint) => timestampOf(BigInt(count), 1000n)),
  timestampFromMicroseconds: readable((count: bigint) => timestampOf(count, 1_000_000n)),
  timestampFromNanoseconds: readable((count: bigint) => timestampOf(count, 1_000_000_000n)),
  dateFromDays: readable((days: number) => timestampOf(BigInt(days) * dayMilliseconds, 1000n)),
  stringFromBytes: readable(textOf),
  jsonFromBytes: readable((bytes: Uint8Array) => jsonOf(textOf(bytes))),
}

/** The reader gives up a whole row group if a value throws. */
function readable<Stored>(parse: (stored: Stored) => unknown): (stored: Stored | undefined | null) => unknown {
  return (stored) => {
    if (stored === undefined || stored === null) return undefined
    try {
      return parse(stored)
    } catch (error) {
      return new UnreadableValue(error)
    }
  }
}

/** A value that the reader has parsed, within another one. @throws for a value that cannot be read */
export function sound(value: unknown): unknown {
  if (value instanceof UnreadableValue) throw value.error
  return value ?? null
}
