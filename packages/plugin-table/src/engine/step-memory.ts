import { MaestroError, type TableChainRequest, type TableStatement } from '@maestro-dataflow/core'

const mebibyte = 1024 * 1024

/**
 * The memory, in bytes, with which statements begin: enough for millions of keys, and little enough that a run over any
 * number of rows stays below 1 GB. Aggregates and windows may collect values that DuckDB cannot move to the disk, so they
 * have no bound of ours.
 */
export function stepMemory(statements: readonly TableStatement[]): number | undefined {
  return statements.some(({ kind }) => kind === 'aggregate' || kind === 'window') ? undefined : 384 * mebibyte
}

/** Whether a statement needs more memory than its bound, although the disk is there. */
export function isOutOfMemory(error: unknown): boolean {
  const cause = MaestroError.is(error) ? error.cause : error
  return cause instanceof Error && cause.message.startsWith('Out of Memory Error')
}

/** A request that remembers whether something was reported. After that, it cannot run again. */
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
    const { reject, leftOut, firstRows, progress } = request
    this.request = {
      ...request,
      reject: noted(reject),
      leftOut: leftOut && noted(leftOut),
      firstRows: firstRows && { ...firstRows, receive: noted(firstRows.receive) },
      progress: progress && noted(progress),
    }
  }
}
