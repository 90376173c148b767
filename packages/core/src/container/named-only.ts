import type { OperatorDefinition } from '../contracts/operator-definition.js'
import { SERVINGS, type Servings } from '../contracts/serving-definition.js'
import type { Token } from '../contracts/token.js'
import { VECTOR_STORES, type VectorStores } from '../contracts/vector-store.js'
import { maestroError } from '../errors/error-table.js'

/**
 * What an operator gets under a token: of the servings and vector stores only those that its definition names, since the
 * plan has checked, shown, and estimated no others.
 */
export function namedOnly(
  token: Token<unknown>,
  value: unknown,
  definition: OperatorDefinition,
  options: unknown,
): unknown {
  if (token.id === SERVINGS.id) return namedServings(value as Servings, definition, options)
  if (token.id === VECTOR_STORES.id) return namedStores(value as VectorStores, definition, options)
  return value
}

function namedServings(servings: Servings, definition: OperatorDefinition, options: unknown): Servings {
  return {
    get(name, kind) {
      const needs = definition.servings?.(options) ?? []
      if (!needs.some((need) => need.name === name && need.kind === kind))
        throw unnamed(definition, `the ${kind} serving "${name}"`, 'servings')
      return servings.get(name, kind)
    },
  }
}

function namedStores(stores: VectorStores, definition: OperatorDefinition, options: unknown): VectorStores {
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
