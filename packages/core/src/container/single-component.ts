import type { UsedComponent } from '../config/resolved-config.js'
import { contributionNouns } from '../contracts/contribution-kinds.js'
import { maestroError } from '../errors/error-table.js'
import type { ComponentKind, ComponentSpec } from './configured-components.js'

/**
 * The only component of its kind in a config, such as its cache.
 *
 * @param setting Its place in the config, which is also its name.
 * @param find Returns the text of the config; undefined if there is none.
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
