import type { RequestDoneEvent, ServingStateEvent } from '../contracts/hooks.js'

/** Receives the events of the servings. */
export interface ServingListener {
  requestDone(event: RequestDoneEvent): void
  servingState(event: ServingStateEvent): void
}
