import type { Servings } from '../../contracts/serving-definition.js'
import { maestroError } from '../../errors/error-table.js'
import type { Channel } from '../channel.js'
import { askingMethods, type LentServing, type PluginCalls, type ProjectCalls } from '../messages.js'

/** The servings that an operator named, as it sees them: each call goes to the project. */
export function lentServings(
  operator: string,
  lent: readonly LentServing[],
  instance: number,
  channel: () => Channel<ProjectCalls, PluginCalls>,
): Servings {
  return {
    get(name, kind) {
      const serving = lent.find((one) => one.name === name && one.kind === kind)
      if (serving === undefined) {
        const fault = `asked for the ${kind} serving "${name}", which its \`servings\` does not name`
        throw maestroError('MAESTRO_STEP_CONTRACT', { step: operator, fault })
      }
      const method = askingMethods[kind]
      const ask = (...parameters: readonly unknown[]) =>
        channel().call('ask', { instance, name, kind, parameters: parameters.map(withoutFunctions) })
      return { ...serving.properties, kind, [method]: ask } as never
    },
  }
}

/** The options of a call without its signal and its functions, which cannot leave the process. */
function withoutFunctions(parameter: unknown): unknown {
  if (typeof parameter !== 'object' || parameter === null || Array.isArray(parameter)) return parameter
  const entries = Object.entries(parameter)
  return Object.fromEntries(
    entries.filter(([, value]) => typeof value !== 'function' && !(value instanceof AbortSignal)),
  )
}
