import type { RequestDoneEvent, ServingStateEvent } from '../contracts/events.js'

/** Receives the events of the servings. */
export interface ServingListener {
  /** Whether the events go to another process, whose observers see them instead of those of this one. @default false */
  readonly sendsAway?: boolean
  requestDone(event: RequestDoneEvent): void
  servingState(event: ServingStateEvent): void
}
