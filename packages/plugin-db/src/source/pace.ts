const firstRows = 64
const mostRows = 2048
const batchBytes = 1 << 20

/** Adapts how many rows to request at once: many small ones or few large ones, so that a batch has about a megabyte. */
export class Pace {
  #rows = firstRows

  get rows(): number {
    return this.#rows
  }

  /** Reports the rows that arrived and their approximate bytes. */
  note(rows: number, bytes: number): void {
    if (rows === 0) return
    const fitting = Math.floor(batchBytes / Math.max(1, bytes / rows))
    this.#rows = Math.max(1, Math.min(fitting, mostRows, this.#rows * 4))
  }
}

/** The approximate bytes of a row. */
export function sizeOf(values: readonly unknown[]): number {
  let bytes = 0
  for (const value of values) {
    if (typeof value === 'string') bytes += 16 + value.length
    else bytes += 16 + (ArrayBuffer.isView(value) ? value.byteLength : 0)
  }
  return bytes
}

const looksAt = 64

/** Estimates the bytes of rows; of many rows, it samples some evenly. */
export function sizeOfAll(rows: readonly (readonly unknown[])[]): number {
  const stride = Math.max(1, Math.floor(rows.length / looksAt))
  let [bytes, seen] = [0, 0]
  for (let at = 0; at < rows.length; at += stride, seen++) bytes += sizeOf(rows[at] as readonly unknown[])
  return seen === 0 ? 0 : (bytes * rows.length) / seen
}
