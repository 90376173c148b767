import type { SecretRedactor } from './builtin/secret-redactor.js'
import type { PluginHost } from './plugins/plugin-host.js'
import type { ServingListener } from './run/serving-listener.js'
import type { ServingObserver } from './serving/serving-plane.js'

/** Passes the events of the serving plane on to plugins and to the runs that listen. */
export class ServingEvents {
  readonly observer: Required<ServingObserver>
  readonly #listeners = new Set<ServingListener>()

  constructor(hooks: PluginHost['hooks'], redactor: SecretRedactor) {
    // A hook's `call` is replaced with each tap, so it must be looked up for each call.
    this.observer = {
      requestStart: (event) => (hooks.requestStart.isUsed() ? hooks.requestStart.call(event) : event),
      requestDone: ({ error, ...event }) => {
        const shown = error === undefined ? event : { ...event, error: redactor.error(error) }
        for (const listener of this.#listeners) listener.requestDone(shown)
        if (![...this.#listeners].some(({ sendsAway }) => sendsAway)) hooks.requestDone.call(shown)
      },
      servingState: (event) => {
        for (const listener of this.#listeners) listener.servingState(event)
        hooks.servingState.call(event)
      },
    }
  }

  /** @returns how to stop listening */
  listen(listener: ServingListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
