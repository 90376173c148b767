import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply } from './misbehaving-server-replies.js'

/** Sends a reply as its data describe. */
export async function playReply(reply: Reply, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body = '', pace, stop, instead } = reply
  const { socket } = response
  if (instead === 'silence') return
  if (instead === 'reset') return void socket?.resetAndDestroy()
  if (instead !== undefined) return void socket?.end(instead.raw)

  const bytes = Buffer.from(body)
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (!response.hasHeader('content-length')) response.setHeader('content-length', bytes.length)
  response.flushHeaders()

  const last = Math.min(stop?.after ?? bytes.length, bytes.length)
  const step = pace?.bytes ?? Math.max(1, last)
  for (let from = 0; from < last && !response.destroyed; from += step) {
    if (from > 0) await sleep(pace?.milliseconds)
    await new Promise((resolve) => response.write(bytes.subarray(from, Math.min(from + step, last)), resolve))
  }
  if (stop === undefined) response.end()
  else if (stop.next === 'reset') socket?.resetAndDestroy()
}
