import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** Writes rows of numbers, texts, and dates as JSON Lines. The same sizes give the same rows. */
export async function makeTable(path, rows, columns) {
  const file = createWriteStream(path)
  for (let row = 0; row < rows; row++) {
    const cells = { id: row }
    for (let column = 1; column < columns; column++) {
      const kind = column % 3
      cells[`c${column}`] = kind === 0 ? row * column : kind === 1 ? `text ${row % 1000} of ${column}` : row / 8
    }
    if (!file.write(`${JSON.stringify(cells)}\n`)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
}
