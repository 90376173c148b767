import type { OperatorDefinition } from '../contracts/operator-definition.js'
import { SERVINGS, type Servings } from '../contracts/serving-definition.js'
import type { Token } from '../contracts/token.js'
import { VECTOR_STORES, type VectorStores } from '../contracts/vector-store.js'
import { maestroError } from '../errors/error-table.js'
import { type CallingStep, servingOfStep } from './step-servings.js'

interface CreatedOperator {
  readonly definition: OperatorDefinition
  readonly options: unknown
  /** The step of a run that it is for; undefined in the plan. */
  readonly step: CallingStep | undefined
}

/**
 * What an operator gets under a token: of the servings and vector stores only those that its definition names, since the
 * plan has checked, shown, and estimated no others.
 */
export function namedOnly(token: Token<unknown>, value: unknown, created: CreatedOperator): unknown {
  if (token.id === SERVINGS.id) return namedServings(value as Servings, created)
  if (token.id === VECTOR_STORES.id) return namedStores(value as VectorStores, created)
  return value
}

function namedServings(servings: Servings, { definition, options, step }: CreatedOperator): Servings {
  return {
    get(name, kind) {
      const needs = definition.servings?.(options) ?? []
      if (!needs.some((need) => need.name === name && need.kind === kind))
        throw unnamed(definition, `the ${kind} serving "${name}"`, 'servings')
      const serving = servings.get(name, kind)
      return step === undefined ? serving : servingOfStep(serving, step)
    },
  }
}

function namedStores(stores: VectorStores, { definition, options }: CreatedOperator): VectorStores {
  return {
    async get(name) {
      if (!(definition.vectorStores?.(options) ?? []).includes(name))
        throw unnamed(definition, `the vector store "${name}"`, 'vectorStores')
      return stores.get(name)
    },
  }
}

const unnamed = ({ name }: OperatorDefinition, asked: string, where: string) =>
  maestroError('MAESTRO_STEP_CONTRACT', {
    step: name,
    fault: `asked for ${asked}, which its \`${where}\` does not name`,
  })
