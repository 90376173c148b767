/** Something that is disposed together with its creator. */
export interface Disposable {
  dispose?(): Promise<void> | void
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
