// A server that answers chat completions after a fixed time, as a process of its own: node server.js '{"latencyMs":200}'
// It prints its port. `GET /counts` tells what it has been asked.
import { createServer } from 'node:http'
import { fateOf } from './fate.js'
import { warmUpRow } from './rows.js'

const { latencyMs, hard = false, perSecond = 50, burst = 50, trouble } = JSON.parse(process.argv[2] ?? '{}')
// `repaid`: questions about a row whose answer had been sent in full.
const counts = { requests: 0, refused: 0, repaid: 0 }
const seen = new Set()
const sent = new Set()
let tokens = burst
let filledAt = performance.now()
let firstAt
let asked = 0
/** When the first question after the warm-up came, and when the last answer was sent. */
let cameAt
let answeredAt

/** The hidden limit: a bucket that fills at `perSecond` and holds `burst`. A refused call takes nothing out. */
function take() {
  const now = performance.now()
  tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
  filledAt = now
  if (tokens < 1) return false
  tokens--
  return true
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}

const refuse = (response) =>
  answer(response, 429, '{"error":{"message":"Too many requests","code":"rate_limit_exceeded"}}', {
    'retry-after': '1',
  })

/**
 * Whether a call meets trouble: the first ones are refused, a share of all, all for a while, or all above a rate. The
 * call before the clock starts meets none.
 */
function meetsTrouble({ first = 0, share = 0, outMs = 0, limited = false }) {
  firstAt ??= performance.now()
  return asked++ < first || Math.random() < share || performance.now() - firstAt < outMs || (limited && !take())
}

const completion = (row) =>
  `{"id":"c","object":"chat.completion","created":1,"model":"bench","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"answer ${row}"}}],"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25}}`

function reply(response, row) {
  if (trouble !== undefined && row !== warmUpRow && meetsTrouble(trouble)) {
    counts.refused++
    const headers = trouble.retryAfter === undefined ? {} : { 'retry-after': String(trouble.retryAfter) }
    return answer(response, trouble.status ?? 429, '{"error":{"message":"Too many requests"}}', headers)
  }
  if (!hard) {
    if (sent.has(row)) counts.repaid++
    response.on('finish', () => sent.add(row))
    return setTimeout(() => answer(response, 200, completion(row)), latencyMs)
  }
  const fate = fateOf(row)
  const first = !seen.has(row)
  seen.add(row)
  // A refusal comes at once, as from a gateway; a fault after the work.
  if (first && fate === 'refused') return refuse(response)
  if (!take()) {
    counts.refused++
    return refuse(response)
  }
  if (first && fate === 'fault')
    return setTimeout(() => answer(response, 500, '{"error":{"message":"A fault"}}'), latencyMs)
  setTimeout(() => answer(response, 200, completion(row)), fate === 'slow' ? 20 * latencyMs : latencyMs)
}

const server = createServer((request, response) => {
  if (request.method === 'GET')
    return answer(response, 200, JSON.stringify({ ...counts, seconds: (answeredAt - cameAt) / 1000 }))
  const came = performance.now()
  response.on('finish', () => {
    answeredAt = performance.now()
  })
  let body = ''
  request.setEncoding('utf8').on('data', (text) => {
    body += text
  })
  request.on('end', () => {
    counts.requests++
    const row = Number(/row (\d+)/.exec(body)?.[1])
    if (row < warmUpRow) cameAt ??= came
    reply(response, row)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log(`port=${server.address().port}`))
