import { maestroError } from '../errors/error-table.js'
import { reasonOf } from '../errors/reason-of.js'
import { waitAWhile } from '../provider/wait-a-while.js'

/** How long, in milliseconds, the end of a component is waited for. */
const patience = 10_000

/** Something that is disposed together with its creator. */
export interface Disposable {
  dispose?(): Promise<void> | void
}

/**
 * A component of a plugin, of which one that never ends does not hang what disposes it.
 *
 * @param what Names it in the error.
 */
export function disposedInTime(what: string, thing: Disposable): Disposable {
  return {
    async dispose() {
      try {
        await waitAWhile(thing.dispose?.(), patience)
      } catch (error) {
        throw maestroError('MAESTRO_PLUGIN_DISPOSAL', { what, reason: reasonOf(error) }, error)
      }
    },
  }
}

/**
 * Disposes things one after the other. A failure does not prevent the others from being disposed.
 *
 * @throws the first failure, after all of them had their turn
 */
export async function disposeAll(things: Iterable<Disposable>): Promise<void> {
  const failures: unknown[] = []
  for (const thing of things) {
    try {
      await thing.dispose?.()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
