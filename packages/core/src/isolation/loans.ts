import type { ServingNeed } from '../contracts/operator-definition.js'
import type { CallOptions, ServingKind } from '../contracts/serving.js'
import type { Servings } from '../contracts/serving-definition.js'
import { maestroError } from '../errors/error-table.js'
import { encodeStepValue } from '../provider/step-codec.js'
import { askingMethods, type LentServing, type ProjectCalls } from './messages.js'

/** The servings of one operator, and what its calls count for. */
export interface Loan {
  readonly needs: readonly ServingNeed[]
  readonly servings: Servings
  /** Set by the first row. */
  context?: Pick<CallOptions, 'signal' | 'run' | 'step'>
}

/** What of a serving an operator may know. */
const shown: readonly string[] = [
  'name',
  'provider',
  'model',
  'capabilities',
  'price',
  'concurrency',
  'dimensions',
  'batchSize',
  'maxBatchTokens',
]

/** The servings that an operator names, as data. */
export function describeLoan({ needs, servings }: Loan): readonly LentServing[] {
  return needs.map(({ name, kind }) => {
    const serving = servings.get(name, kind)
    const known = shown.filter((key) => key in serving && isData(Reflect.get(serving, key)))
    return { name, kind, properties: Object.fromEntries(known.map((key) => [key, Reflect.get(serving, key)])) }
  })
}

/**
 * Calls a serving for an operator in another process. Only the servings that its plan names are called, in the name of its
 * own run and step, and no file is read for it.
 *
 * @throws MAESTRO_PLUGIN_DENIED, and what the serving throws
 */
export function askLent(
  plugin: string,
  loan: Loan | undefined,
  { name, kind, parameters }: Parameters<ProjectCalls['ask']>[0],
): Promise<unknown> {
  const denied = (deed: string) => maestroError('MAESTRO_PLUGIN_DENIED', { plugin, deed })
  if (loan === undefined || !loan.needs.some((need) => need.name === name && need.kind === kind))
    throw denied(`ask the serving "${name}"`)
  const count = argumentCounts[kind]
  const given = parameters.slice(0, count)
  if (!given.every(holdsNoFile)) throw denied('read a file or an address by way of a serving')
  const { rowId, timeout, keepCutOff, language } = (parameters[count] ?? {}) as Readonly<Record<string, unknown>>
  const options = { rowId, timeout, keepCutOff, language, ...loan.context }
  const serving = loan.servings.get(name, kind) as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>
  return serving[askingMethods[kind]]?.(...given, options) ?? Promise.resolve(undefined)
}

/** How many parameters each kind takes before the options of the call. */
const argumentCounts: Readonly<Record<ServingKind, number>> = { llm: 1, embedding: 1, rerank: 2, transcription: 1 }

/** The bytes of media have to be in the request, because the project would read a path or an address. */
function holdsNoFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  if (Array.isArray(value)) return value.every(holdsNoFile)
  const { type, data } = value as { readonly type?: unknown; readonly data?: unknown }
  if (typeof type === 'string' && data !== undefined && !(data instanceof Uint8Array)) return false
  return Object.values(value).every(holdsNoFile)
}

function isData(value: unknown): boolean {
  try {
    encodeStepValue(value)
    return true
  } catch {
    return false
  }
}
