import { isDeepStrictEqual } from 'node:util'

/** Whether two values have the same content. Values that are nested too deeply to be compared count as equal. */
export function isDeeplyEqual(one: unknown, other: unknown): boolean {
  try {
    return isDeepStrictEqual(one, other)
  } catch {
    return true
  }
}
