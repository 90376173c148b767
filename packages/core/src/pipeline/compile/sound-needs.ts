import type { ServingNeed } from '../../contracts/operator-definition.js'
import type { ServingKind } from '../../contracts/serving.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'

const servingKinds: Readonly<Record<ServingKind, true>> = {
  llm: true,
  embedding: true,
  rerank: true,
  transcription: true,
}

/** What an operator says that it asks for, if it has the shape of such a statement. @throws MAESTRO_STEP_CREATE */
export function soundServings(step: string, needs: readonly ServingNeed[]): readonly ServingNeed[] {
  for (const need of listOf(step, 'servings', needs)) {
    const { kind, name, capabilities = [] } = (need ?? {}) as Partial<ServingNeed>
    if (typeof name !== 'string' || typeof kind !== 'string' || !Object.hasOwn(servingKinds, kind))
      throw unsound(
        step,
        'servings',
        `${describeValue(need)} among others, instead of { kind, name } with the kind ${Object.keys(servingKinds).join(', ')}`,
      )
    if (!Array.isArray(capabilities))
      throw unsound(step, 'servings', `the capabilities ${describeValue(capabilities)} instead of a list`)
  }
  return needs
}

/** The names of the vector stores that an operator says it uses. @throws MAESTRO_STEP_CREATE */
export function soundVectorStores(step: string, names: readonly string[]): readonly string[] {
  for (const name of listOf(step, 'vectorStores', names))
    if (typeof name !== 'string')
      throw unsound(step, 'vectorStores', `${describeValue(name)} among others, instead of names`)
  return names
}

/** The number of rows in a call of an operator on batches, as `batchSize` states it. @throws MAESTRO_STEP_CREATE */
export function soundBatchSize(step: string, size: unknown): number {
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size
  throw unsound(step, 'batchSize', `${describeValue(size)} instead of a whole number from 1 on`)
}

function listOf(step: string, property: string, found: unknown): readonly unknown[] {
  if (Array.isArray(found)) return found
  throw unsound(step, property, `${describeValue(found)} instead of a list`)
}

function unsound(step: string, property: string, returned: string) {
  return maestroError('MAESTRO_STEP_CREATE', { step, reason: `${property}() returned ${returned}` })
}
