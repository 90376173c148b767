import { httpFetch } from '@maestro-dataflow/core'
import type { Connection } from './connection.js'
import { refusalOf } from './to-serving-error.js'

/**
 * Sends a request of one call with the key of the connection: GET without a body, otherwise POST.
 *
 * @param path What follows the address of the server, or an address of the same server.
 * @throws the typed error of a reply that is a failure; an error of the connection
 */
export type Sender = (path: string, body?: object) => Promise<Response>

export function senderOf(serving: string, connection: Connection, signal: AbortSignal): Sender {
  const { headers } = connection
  return async (path, body) => {
    const isForm = body instanceof FormData
    const response = await httpFetch(connection.addressOf(path), {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined || isForm ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal,
    })
    if (response.status < 300) return response
    throw await refusalOf(serving, connection, response)
  }
}
