import { availableParallelism } from 'node:os'
import { aiError } from '../errors.js'
import type { DocumentFormat } from './document-format.js'
import type { LoadedDocument } from './loaded-document.js'
import { type Parsing, parseDocument } from './parse-document.js'
import { type DocumentLimits, ParserProcess } from './parser-process.js'

/** Larger texts are also parsed in a separate process, because detecting an encoding takes long. */
const smallText = 8 * 1024 * 1024

const idle = new Set<ParserProcess>()
const waiting: (() => void)[] = []
let turns = Math.max(1, availableParallelism() - 1)

/**
 * Parses a document with limits on time and memory. A malicious document can take any amount of both, so documents are
 * parsed in separate processes, which are reused. A document that exceeds its limits ends only its process.
 *
 * @throws MAESTRO_AI_DOCUMENT_LIMIT, the other MAESTRO_AI_DOCUMENT_*, the signal's reason
 */
export async function parseWithin(
  format: DocumentFormat,
  bytes: Uint8Array,
  parsing: Parsing,
  limits: DocumentLimits,
  signal?: AbortSignal,
): Promise<LoadedDocument> {
  signal?.throwIfAborted()
  const isText = format === 'text' || format === 'markdown'
  if (isText && bytes.length <= smallText) return parseDocument(format, bytes, parsing)
  await takeTurn()
  const parser = takeProcess(limits.maxMemory)
  try {
    signal?.throwIfAborted()
    const outcome = await parser.parse({ format, bytes, parsing }, limits, signal)
    if ('loaded' in outcome) return outcome.loaded
    const document = parsing.name
    if ('exceeded' in outcome) throw aiError('MAESTRO_AI_DOCUMENT_LIMIT', { document, ...limits, ...outcome })
    if ('code' in outcome) throw aiError(outcome.code, outcome.details as never)
    throw aiError('MAESTRO_AI_DOCUMENT_DAMAGED', { document, format, reason: outcome.reason })
  } finally {
    if (parser.isAlive) idle.add(parser)
    endTurn()
  }
}

/** An idle process, or a new one. */
function takeProcess(maxMemory: number): ParserProcess {
  for (const parser of idle) {
    if (!parser.isAlive) idle.delete(parser)
    else if (parser.maxMemory === maxMemory) {
      idle.delete(parser)
      return parser
    }
  }
  return new ParserProcess(maxMemory)
}

function takeTurn(): Promise<void> | undefined {
  if (turns > 0) {
    turns--
    return undefined
  }
  return new Promise((resolve) => waiting.push(resolve))
}

function endTurn(): void {
  const next = waiting.shift()
  if (next === undefined) turns++
  else next()
}
