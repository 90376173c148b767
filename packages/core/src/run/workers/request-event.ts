import type { RequestDoneEvent } from '../../contracts/events.js'
import type { ErrorData } from '../../contracts/step-workers.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { fromErrorData, toErrorData } from '../../provider/error-data.js'
import { decodeStepValue, encodeStepValue } from '../../provider/step-codec.js'

type SentRequest = Omit<RequestDoneEvent, 'error'> & { readonly error?: ErrorData }

/** A request to a model as text, on its way from a worker. */
export function encodeRequest({ error, ...event }: RequestDoneEvent): string {
  return encodeStepValue({ ...event, ...(error === undefined ? {} : { error: toErrorData(error) }) })
}

export function decodeRequest(text: string): RequestDoneEvent {
  const { error: sent, ...event } = decodeStepValue(text) as SentRequest
  const error = sent === undefined ? undefined : fromErrorData(sent)
  return MaestroError.is(error) ? { ...event, error } : event
}
