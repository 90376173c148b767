import { WholeResponse, wholeResponse } from './whole-response.js'

/** A reply that was read as a whole. */
export interface WholeReply {
  readonly status: number
  readonly text: string
}

/** Changes a JSON reply before a client library reads it. Undefined for a reply that stays as it is. */
export type Amend = (reply: WholeReply) => WholeReply | undefined

/** The content types of replies that arrive in pieces. */
export const streams = /event-stream|ndjson|json-?lines|jsonl/i
const json = /json/i
/** The types that servers give to JSON by mistake. */
const texts = /^$|^text\//i

/** A `fetch` whose JSON replies are changed before the client library reads them. */
export function amendReplies(send: typeof fetch, amend: Amend): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init)
    const type = response.headers.get('content-type') ?? ''
    if (streams.test(type) || !(json.test(type) || texts.test(type))) return response
    const whole = await wholeOf(response)
    if (whole !== undefined && whole.content.trim() !== '') return amended(whole, type, amend)
    const changed = amend({ status: response.status, text: '' })
    return changed === undefined ? (whole ?? response) : written(changed, response.headers)
  }
}

async function wholeOf(response: Response): Promise<WholeResponse | undefined> {
  if (response instanceof WholeResponse) return response
  return response.body === null ? undefined : wholeResponse(new TextEncoder().encode(await response.text()), response)
}

function amended(whole: WholeResponse, type: string, amend: Amend): Response {
  const { status, content: text } = whole
  // Client libraries parse nothing that has another type.
  const isNamed = json.test(type)
  if (!isNamed && !/^\s*[{[]/.test(text)) return whole
  const changed = amend({ status, text })
  if (changed === undefined && isNamed) return whole
  return written(changed ?? { status, text }, whole.headers, changed === undefined ? whole.statusText : '')
}

function written({ status, text }: WholeReply, given: Headers, statusText = ''): Response {
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.set('content-type', 'application/json')
  return wholeResponse(new TextEncoder().encode(text), { status, statusText, headers })
}
