/**
 * The number of calls that a LangChain class makes at once; further calls wait inside it while their time-outs run.
 * Undefined if there is no limit.
 */
export function ownConcurrency(thing: object): number | undefined {
  const most: unknown = callerOf(thing)?.maxConcurrency
  return typeof most === 'number' && Number.isFinite(most) ? most : undefined
}

/**
 * Turns off the retries of LangChain's classes. The serving plane retries calls and respects limits and budgets.
 * Otherwise, each attempt would make up to seven calls.
 */
export function withoutRetries<Thing extends object>(thing: Thing): Thing {
  const caller = callerOf(thing)
  if (caller !== undefined) caller.maxRetries = 0
  return thing
}

/** The object through which LangChain's classes make their calls. */
function callerOf(thing: object): { maxRetries?: unknown; maxConcurrency?: unknown } | undefined {
  const caller: unknown = Reflect.get(thing, 'caller')
  return typeof caller === 'object' && caller !== null ? caller : undefined
}
