import { open, stat } from 'node:fs/promises'
import type { TableFile } from '@maestro-dataflow/core'
import type { Database } from './connect.js'

const every = 100
/** The bytes at the beginning of a file that tell how long its lines are. */
const sampleBytes = 1 << 16

/**
 * Reports, until it is stopped, about how many rows of files the database has read: the share of its present query, of as
 * many lines as the first ones of each file let expect. The number never decreases.
 *
 * @returns the function that stops it
 */
export async function watchProgress(
  { connection }: Database,
  files: readonly TableFile[],
  read: (rows: number) => void,
): Promise<() => void> {
  const rows = (await Promise.all(files.map(({ path }) => expectedLines(path)))).reduce((sum, one) => sum + one, 0)
  let most = 0
  const timer = setInterval(() => {
    const done = Math.floor((Math.max(0, connection.progress.percentage) / 100) * rows)
    if (done <= most) return
    most = done
    read(done)
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}

async function expectedLines(path: string): Promise<number> {
  const { size } = await stat(path)
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0)
    const lines = buffer.subarray(0, bytesRead).filter((byte) => byte === 10).length
    return lines === 0 ? Math.min(size, 1) : (size / bytesRead) * lines
  } finally {
    await file.close()
  }
}
