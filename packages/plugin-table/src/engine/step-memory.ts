import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { MaestroError, type TableChainRequest, type TableFile, type TableStatement } from '@maestro-dataflow/core'

const mebibyte = 1024 * 1024
const least = 128 * mebibyte
const most = 384 * mebibyte
/** What each thread of DuckDB works with at least. */
const perThread = 32 * mebibyte
/** The rows that fit into the memory of a step: beyond that, it takes no more. */
const rowsInMemory = 800_000
const looked = 1 << 16

/**
 * The memory, in bytes, with which statements begin: what 800,000 rows take, and little enough that a run over any
 * number of rows stays below 1 GB. Aggregates and windows may collect values that DuckDB cannot move to the disk, so they
 * have no bound of ours.
 */
export async function stepMemory(
  statements: readonly TableStatement[],
  [file]: readonly TableFile[],
  threads = availableParallelism(),
): Promise<number | undefined> {
  if (statements.some(({ kind }) => kind === 'aggregate' || kind === 'window')) return undefined
  const bytes = file === undefined ? undefined : await bytesPerRow(file.path)
  const wanted = bytes === undefined ? most : Math.min(most, Math.ceil(bytes * rowsInMemory))
  return Math.max(least, threads * perThread, wanted)
}

/** The length of the first lines of a file; undefined if there is no whole line at its beginning. */
async function bytesPerRow(path: string): Promise<number | undefined> {
  // The engine itself says what is wrong with a file that cannot be read.
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(looked), 0, looked, 0)
    let rows = 0
    let end = 0
    for (let next = buffer.indexOf(10); next !== -1 && next < bytesRead; next = buffer.indexOf(10, end)) {
      rows++
      end = next + 1
    }
    return rows === 0 ? undefined : end / rows
  } finally {
    await file.close()
  }
}

/** Whether a statement needs more memory than its bound, although the disk is there. */
export function isOutOfMemory(error: unknown): boolean {
  const cause = MaestroError.is(error) ? error.cause : error
  return cause instanceof Error && cause.message.startsWith('Out of Memory Error')
}

/**
 * A request that remembers whether something was reported. After that, it cannot run again. Counts for the display are no
 * report: those of the second run replace them.
 */
export class ReportedRequest {
  readonly request: TableChainRequest
  hasReported = false

  constructor(request: TableChainRequest) {
    const noted =
      <Reported extends readonly unknown[]>(report: (...reported: Reported) => void) =>
      (...reported: Reported) => {
        this.hasReported = true
        report(...reported)
      }
    const { reject, leftOut, firstRows } = request
    this.request = {
      ...request,
      reject: noted(reject),
      leftOut: leftOut && noted(leftOut),
      firstRows: firstRows && { ...firstRows, receive: noted(firstRows.receive) },
    }
  }
}
