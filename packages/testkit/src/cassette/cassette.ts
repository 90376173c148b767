import type { Serving } from '@maestro-dataflow/core'
import { definePlugin, type Plugin } from '@maestro-dataflow/core'
import { CassetteDeck, type CassetteOptions } from './cassette-deck.js'

/** A file of recorded calls. */
export interface Cassette {
  /**
   * A serving whose calls are recorded, or answered from the cassette.
   *
   * @param serving The real serving, or a function that creates it. The function is not called while the cassette has
   *   all answers, so that no key is needed.
   * @param name Its name on the cassette, if there are several. @default 'serving'
   */
  serving<S extends Serving>(serving: S | (() => S), name?: string): S
  /** A plugin that puts every serving of a project on the cassette, by its name in the config. */
  readonly plugin: Plugin
}

/**
 * Records the calls to real models once and answers them from the file afterwards: offline, at once, and identical to
 * the last bit. A call that is not on the cassette fails with an error that shows how it differs from the most similar
 * recorded one. Keys and other secrets are not stored in the file, and media only as their hash.
 *
 * @throws (by the servings) MAESTRO_TESTKIT_CASSETTE_MISSING, _BROKEN, _SERVING, _UNRECORDED, _PLAYED, _WRITE
 * @example
 * const project = openProject({ cwd, plugins: [cassette({ path: 'test/reviews.cassette.jsonl' }).plugin] })
 */
export function cassette(options: CassetteOptions): Cassette {
  const deck = new CassetteDeck(options)
  const plugin = definePlugin({
    name: 'maestro-cassette',
    manifest: { apiVersion: 1, startup: true },
    observe: (hooks) =>
      hooks.servingNeeded((event) => ({
        ...event,
        make: () => deck.serving(event.name, event.make, event.config),
      })),
  })
  return {
    serving: <S extends Serving>(serving: S | (() => S), name = 'serving') =>
      deck.serving(name, typeof serving === 'function' ? serving : () => serving) as S,
    plugin,
  }
}
