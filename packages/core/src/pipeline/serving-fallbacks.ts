import type { ResolvedConfig, UsedComponent } from '../config/resolved-config.js'
import type { Serving, ServingKind } from '../contracts/serving.js'
import { didYouMean } from '../errors/did-you-mean.js'
import type { Registry } from '../plugins/registry.js'
import { EnhancedServing } from '../serving/enhanced-serving.js'
import { mayFallBack } from '../serving/fallback.js'

type Servings = ResolvedConfig['servings']

/** The name of the serving that answers what another one does not answer. */
export function fallbackOf(serving: UsedComponent | Serving | undefined): string | undefined {
  if (serving === undefined) return undefined
  const settings = serving instanceof EnhancedServing ? serving.given : serving
  return 'fallback' in settings && typeof settings.fallback === 'string' ? settings.fallback : undefined
}

/** A serving, its fallback, the fallback of that one, and so on; it ends before a name that is unknown or comes again. */
export function fallbackChain(name: string, servings: Servings): readonly string[] {
  const chain: string[] = []
  let next: string | undefined = name
  while (next !== undefined && !chain.includes(next) && Object.hasOwn(servings, next)) {
    chain.push(next)
    next = fallbackOf(servings[next])
  }
  return chain
}

/** The faults of the fallback of a serving. A kind that only a plugin that is not loaded knows is not checked. */
export function fallbackIssues(name: string, servings: Servings, registry: Registry): readonly string[] {
  const fallback = fallbackOf(servings[name])
  if (fallback === undefined) return []
  const setting = `servings.${name}.fallback`
  if (!Object.hasOwn(servings, fallback)) {
    const known = Object.keys(servings)
    const meant = didYouMean(fallback, known)
    return [
      `${setting}: no serving "${fallback}" is configured; ${meant === undefined ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`}`,
    ]
  }
  const chain = fallbackChain(name, servings)
  const last = fallbackOf(servings[chain.at(-1) ?? name])
  if (last === name) return [`${setting}: the fallbacks form a circle: ${[...chain, name].join(' > ')}`]
  const kind = kindOf(servings[name], registry)
  const other = kindOf(servings[fallback], registry)
  if (kind === undefined) return []
  if (!mayFallBack(kind))
    return [
      `${setting}: a serving of kind ${kind} has no fallback, because the results of two models cannot be compared`,
    ]
  return other === undefined || other === kind ? [] : [`${setting}: "${fallback}" is of kind ${other}, not ${kind}`]
}

function kindOf(serving: UsedComponent | Serving | undefined, registry: Registry): ServingKind | undefined {
  if (serving === undefined) return undefined
  if (!('use' in serving)) return (serving as Serving).kind
  return registry.has('servings', serving.use) ? registry.get('servings', serving.use, 'a fallback').kind : undefined
}
