/** Something that is freed when what made it is. */
export interface Disposable {
  dispose?(): Promise<void> | void
}

/**
 * Frees things one after the other. One that cannot be freed does not keep the others.
 *
 * @throws the first failure, when all have had their turn
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
