const firstRows = 64
const mostRows = 2048
const batchBytes = 1 << 20

/** How many rows to ask for at once: many small ones, few large ones, so that a batch stays near a megabyte. */
export class Pace {
  #rows = firstRows

  get rows(): number {
    return this.#rows
  }

  /** Rows that came and about how many bytes they hold. */
  note(rows: number, bytes: number): void {
    if (rows === 0) return
    const fitting = Math.floor(batchBytes / Math.max(1, bytes / rows))
    this.#rows = Math.max(1, Math.min(fitting, mostRows, this.#rows * 4))
  }
}

/** About how many bytes a row holds. */
export function sizeOf(values: readonly unknown[]): number {
  let bytes = 0
  for (const value of values) {
    if (typeof value === 'string') bytes += 16 + value.length
    else bytes += 16 + (ArrayBuffer.isView(value) ? value.byteLength : 0)
  }
  return bytes
}

const looksAt = 64

/** About how many bytes rows hold: of many only some are looked at, evenly. */
export function sizeOfAll(rows: readonly (readonly unknown[])[]): number {
  const stride = Math.max(1, Math.floor(rows.length / looksAt))
  let [bytes, seen] = [0, 0]
  for (let at = 0; at < rows.length; at += stride, seen++) bytes += sizeOf(rows[at] as readonly unknown[])
  return seen === 0 ? 0 : (bytes * rows.length) / seen
}
