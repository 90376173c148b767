import {
  failureIn,
  type HttpReply,
  type MaestroError,
  parseJson,
  plainText,
  readRateLimits,
  servingError,
} from '@maestro-dataflow/core'

/** Corrects the status of a failure: a schema that Ollama does not support is a fault of the request. */
export const faultOf = (status: number, reason: string): number =>
  /invalid JSON schema|grammar|sampling context/i.test(reason) ? 400 : status

const readBytes = 64 * 1024

/** The typed error of an answer whose status is none of success. */
export async function failedReply(serving: string, model: string, reply: HttpReply): Promise<MaestroError> {
  const { status, statusText, headers } = reply
  if (status >= 300 && status < 400) {
    reply.body.destroy()
    const reason = `it redirects to ${headers.get('location') ?? 'nowhere'}; set \`host\` to that address if it is right`
    return servingError(serving, { status: 400, reason })
  }
  const text = await beginningOf(reply.body)
  const body = jsonOf(text)
  const said = failureIn(body)?.reason
  const reason = (said ?? plainText(text)) || `${status} ${statusText}`
  const rateLimits = readRateLimits(headers)
  // A missing model, as opposed to another missing page.
  const fix = status === 404 && said !== undefined ? missingModel(model) : undefined
  return servingError(serving, { status: faultOf(status, reason), reason, rateLimits, body, fix })
}

/** What to do about a missing model. */
const missingModel = (model: string) =>
  `Run \`ollama pull ${model}\`, or set \`pull: true\` in the options of the serving.`

async function beginningOf(body: HttpReply['body']): Promise<string> {
  let text = ''
  body.setEncoding('utf8')
  for await (const piece of body) {
    text += piece
    if (text.length >= readBytes) break
  }
  return text
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
