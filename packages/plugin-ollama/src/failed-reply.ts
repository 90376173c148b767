import type { IncomingMessage } from 'node:http'
import { failureIn, type MaestroError, parseJson, readRateLimits, servingError } from '@maestro-dataflow/core'

/** The status that a failure should have: a schema that Ollama cannot follow is the request's fault. */
export const faultOf = (status: number, reason: string): number =>
  /invalid JSON schema|grammar|sampling context/i.test(reason) ? 400 : status

const shownCharacters = 300
const readBytes = 64 * 1024

/** The typed error of an answer whose status is not 200. */
export async function failedReply(serving: string, model: string, reply: IncomingMessage): Promise<MaestroError> {
  const { statusCode: status = 0, statusMessage, headers } = reply
  if (status >= 300 && status < 400) {
    reply.destroy()
    const reason = `it redirects to ${headers.location ?? 'nowhere'}; name that address as \`host\` if it is right`
    return servingError(serving, { status: 400, reason })
  }
  const text = await beginningOf(reply)
  const body = jsonOf(text)
  const said = failureIn(body)?.reason
  const reason = (said ?? plainText(text)) || `${status} ${statusMessage}`
  const rateLimits = readRateLimits({ get: (name) => headers[name]?.toString() })
  // A model that is not there, and not some other page that is not.
  const fix = status === 404 && said !== undefined ? missingModel(model) : undefined
  return servingError(serving, { status: faultOf(status, reason), reason, rateLimits, body, fix })
}

/** What to do about a model that is missing. */
const missingModel = (model: string) => `Run \`ollama pull ${model}\`, or set \`pull: true\` of the serving.`

async function beginningOf(reply: IncomingMessage): Promise<string> {
  let text = ''
  reply.setEncoding('utf8')
  for await (const piece of reply) {
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

/** Of a page, its words. */
function plainText(text: string): string {
  const words = text.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  return words.replace(/\s+/g, ' ').trim().slice(0, shownCharacters)
}
