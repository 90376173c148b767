/**
 * How many calls a class of LangChain makes at once; those beyond wait inside of it, while their time-outs run. Undefined: no
 * bound.
 */
export function ownConcurrency(thing: object): number | undefined {
  const most: unknown = callerOf(thing)?.maxConcurrency
  return typeof most === 'number' && Number.isFinite(most) ? most : undefined
}

/**
 * Turns off the retries that LangChain's classes make by themselves: the serving plane makes them, and knows of limits
 * and budgets. A call is otherwise tried seven times for each of its tries.
 */
export function withoutRetries<Thing extends object>(thing: Thing): Thing {
  const caller = callerOf(thing)
  if (caller !== undefined) caller.maxRetries = 0
  return thing
}

/** What LangChain's classes make their calls through. */
function callerOf(thing: object): { maxRetries?: unknown; maxConcurrency?: unknown } | undefined {
  const caller: unknown = Reflect.get(thing, 'caller')
  return typeof caller === 'object' && caller !== null ? caller : undefined
}
