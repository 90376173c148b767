import { within } from './outcomes.js'

/**
 * What a suite has created, so that it is disposed at the end: a shared one for most cases, and separate ones for the
 * others.
 */
export class MadeThings<Thing extends { dispose?(): Promise<void> }> {
  readonly #make: () => Thing | Promise<Thing>
  readonly #made: Thing[] = []

  constructor(make: () => Thing | Promise<Thing>) {
    this.#make = make
  }

  readonly make = async (): Promise<Thing> => {
    const thing = await this.#make()
    this.#made.push(thing)
    return thing
  }

  /** Failing or hanging disposal has cases of its own; the others are disposed all the same. */
  async dispose(patience: number): Promise<void> {
    await Promise.allSettled(
      this.#made.splice(0).map(async (thing) => within(patience, 'freeing it', Promise.resolve(thing.dispose?.()))),
    )
  }
}
