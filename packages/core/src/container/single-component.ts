import type { UsedComponent } from '../config/resolved-config.js'
import { contributionNouns } from '../contracts/contribution-kinds.js'
import { maestroError } from '../errors/error-table.js'
import type { ComponentKind, ComponentSpec } from './configured-components.js'

/**
 * The one component of its kind that a config has, such as its cache.
 *
 * @param setting Where it stands in the config, which is its name too.
 * @param find What the config says; undefined when there is none.
 */
export function singleComponent<Kind extends ComponentKind, Value>(
  kind: Kind,
  setting: string,
  find: () => UsedComponent | undefined,
): ComponentSpec<Kind, Value> {
  return {
    kind,
    find,
    names: () => (find() === undefined ? [] : [setting]),
    setting: () => setting,
    unknown: (_name, where) =>
      maestroError('MAESTRO_REGISTRY_UNKNOWN', {
        kind: contributionNouns[kind],
        name: setting,
        where,
        known: [],
        suggestion: undefined,
      }),
  }
}
