/**
 * Turns off the retries that LangChain's classes make by themselves: the serving plane makes them, and knows of limits
 * and budgets. A call is otherwise tried seven times for each of its tries.
 */
export function withoutRetries<Thing extends object>(thing: Thing): Thing {
  const caller: unknown = Reflect.get(thing, 'caller')
  if (typeof caller === 'object' && caller !== null && 'maxRetries' in caller) caller.maxRetries = 0
  return thing
}
