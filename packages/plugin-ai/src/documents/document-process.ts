import { MaestroError } from '@maestro-dataflow/core'
import type { aiErrors } from '../errors.js'
import type { DocumentFormat } from './document-format.js'
import type { LoadedDocument } from './loaded-document.js'
import { type Parsing, parseDocument } from './parse-document.js'

/** One document, as the parent process sends it. */
export interface DocumentTask {
  readonly format: DocumentFormat
  readonly bytes: Uint8Array
  readonly parsing: Parsing
}

/** The result. A MaestroError is sent as its code and details, and the parent recreates it. */
export type DocumentOutcome =
  | { readonly loaded: LoadedDocument }
  | { readonly code: keyof typeof aiErrors; readonly details: Readonly<Record<string, unknown>> }
  | { readonly reason: string }

/**
 * A process that parses one document after the other. It is not a thread, because a parser that runs out of memory can
 * end its whole process.
 */
async function serve(task: DocumentTask): Promise<DocumentOutcome> {
  try {
    return { loaded: await parseDocument(task.format, task.bytes, task.parsing) }
  } catch (error) {
    if (MaestroError.is(error)) return { code: error.code as keyof typeof aiErrors, details: error.details }
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

// Ctrl-C reaches every process of a terminal; the parent decides what happens.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (task: DocumentTask) => void serve(task).then((outcome) => process.send?.(outcome)))
