import { contributionNouns } from '../../contracts/contribution-kinds.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import { SERVINGS } from '../../contracts/serving-definition.js'
import type { Token } from '../../contracts/token.js'
import { maestroError } from '../../errors/error-table.js'
import type { Registry } from '../../plugins/registry.js'

/**
 * Checks that everything of a plugin can run in a process of its own: operators whose options are data, and that need
 * nothing of the project but servings, the logger, and its place.
 *
 * @throws MAESTRO_PLUGIN_NOT_ISOLABLE with every reason
 */
export function assertIsolable(
  plugin: string,
  contributions: Registry,
  operators: readonly OperatorDefinition[],
  observes: boolean,
  has: (token: Token<unknown>) => boolean,
): void {
  const others = contributions.of(plugin).filter(({ kind }) => kind !== 'operators')
  const reasons = [
    ...others.map(({ kind, name }) => `it contributes the ${contributionNouns[kind]} ${name}`),
    ...operators.flatMap((operator) => reasonsOf(operator, has).map((reason) => `${operator.name} ${reason}`)),
    ...(observes ? ['it observes runs'] : []),
  ]
  if (reasons.length > 0) throw maestroError('MAESTRO_PLUGIN_NOT_ISOLABLE', { plugin, reasons })
}

function reasonsOf(operator: OperatorDefinition, has: (token: Token<unknown>) => boolean): readonly string[] {
  const { inject = [], sources = [], prompts = [] } = operator
  const missing = inject.filter((token) => token.id !== SERVINGS.id && !has(token))
  return [
    ...missing.map((token) => `needs ${token.name}`),
    ...sources.map((option) => `reads the source of its option ${option}`),
    ...prompts.map(({ option }) => `takes a prompt as its option ${option}`),
  ]
}
