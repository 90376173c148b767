import assert from 'node:assert/strict'
import {
  type AnswerCheck,
  checkOf,
  EnhancedLLMServing,
  type LLMResult,
  type LLMServing,
  type RequestDoneEvent,
  RowPacker,
  ServingPlane,
  toJsonSchema,
} from '@maestro-dataflow/core'
import { startMisbehavingServer } from '../../misbehaving-server.js'
import type { RecordedRequest } from '../../misbehaving-server-replies.js'
import type { ReplyDialect } from '../../reply-dialect.js'
import { replyDialects } from '../../reply-dialects.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { answerCases } from './answer-cases.js'
import { assertFailure } from './assert-failure.js'
import { endCases } from './end-cases.js'
import { failureCases } from './failure-cases.js'
import { limitCases } from './limit-cases.js'
import { misfitCases } from './misfit-cases.js'
import type { ReplyCase } from './reply-case.js'
import { requestCases } from './request-cases.js'
import { servingFor } from './serving-for.js'
import { sideDataCases } from './side-data-cases.js'
import { streamCases } from './stream-cases.js'
import { thoughtCases } from './thought-cases.js'

const cases: Readonly<Record<string, ReplyCase>> = {
  ...thoughtCases,
  ...answerCases,
  ...endCases,
  ...failureCases,
  ...misfitCases,
  ...sideDataCases,
  ...limitCases,
  ...requestCases,
  ...streamCases,
}

/** The options of the suite of replies. */
export interface LLMReplySuiteOptions extends SuiteOptions<string> {
  /** The API in which the server of the suite replies. @default 'openai' */
  readonly dialect?: keyof typeof replyDialects
}

/**
 * The expected results of servers' replies: reasoning, drafts, answers that were cut off, failures in unusual forms,
 * odd data beside the answer, limits, refusals, and outages. A server on this machine plays the replies, and the
 * serving is called through the serving plane.
 *
 * @param makeServing Creates a new one for the server at this address, such as `http://127.0.0.1:4711`, at each call.
 */
export function llmReplySuite(
  makeServing: (url: string) => LLMServing | Promise<LLMServing>,
  options: LLMReplySuiteOptions = {},
): Suite {
  const dialect = replyDialects[options.dialect ?? 'openai']
  const { title = `replies of ${dialect.name}` } = options
  const possible = Object.entries(cases).filter(([, { said }]) => said.every((one) => dialect.reply(one) !== undefined))
  return createSuite({
    title,
    cases: Object.fromEntries(
      possible.map(([name, replyCase]) => [name, () => assertOutcome(replyCase, dialect, makeServing)]),
    ),
    options,
    open: async () => undefined,
    close: async () => undefined,
  })
}

const toneSchema = {
  type: 'object',
  properties: { tone: { type: 'string', enum: ['good', 'bad'] } },
  required: ['tone'],
  additionalProperties: false,
}

const toneCheck: AnswerCheck = (value) => {
  const { tone } = (value ?? {}) as { tone?: unknown }
  return tone === 'good' || tone === 'bad' ? { value } : { issues: ['tone is neither good nor bad'] }
}

async function assertOutcome(
  replyCase: ReplyCase,
  dialect: ReplyDialect,
  makeServing: (url: string) => LLMServing | Promise<LLMServing>,
): Promise<void> {
  const { said, calls = 1, retries = 1, timeout = {}, expected } = replyCase
  const server = await startMisbehavingServer()
  let asked = 0
  const done: RequestDoneEvent[] = []
  server.always((request) => {
    if (!dialect.isChat(request)) return dialect.other(request)
    const reply = dialect.reply(said[Math.min(asked++, said.length - 1)] ?? {}, request)
    assert.ok(reply !== undefined)
    return reply
  })
  const serving = new EnhancedLLMServing(await servingFor(server, makeServing), {
    plane: new ServingPlane({ observer: { requestDone: (event) => void done.push(event) } }),
    settings: { retries, repairs: 1, timeout },
  })
  try {
    const call = callOf(replyCase, serving)
    for (let before = 1; before < calls; before++) await call()
    const result = await call().catch((error: unknown) => error)
    if (expected.code === undefined) assertAnswer(result, expected)
    else assertFailure(result, expected)
    assertRecorded(done, expected)
    assertAsked(asked, expected.asked ?? said.length)
    assertSent(
      server.requests.filter((request) => dialect.isChat(request)),
      expected,
    )
  } finally {
    await serving.dispose()
    await server.close()
  }
}

/** How the case asks the serving. */
function callOf(
  { json = false, schema, question = 'Good or bad?', settings = {}, packed }: ReplyCase,
  serving: EnhancedLLMServing,
): () => Promise<LLMResult> {
  const messages = [{ role: 'user', content: question }] as const
  const wanted = schema === undefined ? (json ? toneSchema : undefined) : toJsonSchema(schema)
  const check = schema === undefined ? (json ? toneCheck : undefined) : checkOf(schema)
  const request = { messages, ...settings, ...(wanted === undefined ? {} : { schema: wanted }) }
  const options = check === undefined ? {} : { check }
  if (packed === undefined) return () => serving.generate(request, options)
  const packer = new RowPacker(packed.rowsPerCall, { task: messages, schema: wanted })
  return async () => {
    const rows = Array.from({ length: packed.rows }, (_, row) =>
      serving.generate(
        { ...request, messages: [{ role: 'user', content: `${question} ${row}` }] },
        { ...options, pack: { packer, values: { row: String(row) } } },
      ),
    )
    const [last] = (await Promise.all(rows)).slice(-1)
    assert.ok(last !== undefined)
    return last
  }
}

function assertRecorded(done: readonly RequestDoneEvent[], { usage, retries, warning }: ReplyCase['expected']): void {
  const last = done.at(-1)
  if (usage !== undefined) assert.deepEqual({ ...last?.usage, ...usage }, { ...last?.usage })
  if (retries !== undefined) assert.equal((last?.tries ?? 0) - (last?.calls ?? 1), retries, 'the recorded retries')
  if (warning === undefined) return
  const warnings = done.flatMap((event) => event.warnings ?? [])
  assert.ok(
    warnings.some((text) => text.includes(warning)),
    `"${warning}" does not stand in the warnings: ${warnings.join(' ')}`,
  )
}

function assertSent(requests: readonly RecordedRequest[], { unsent }: ReplyCase['expected']): void {
  const isBlank = (turn: unknown) => typeof turn === 'string' && !/[^\p{Z}\p{C}]/u.test(turn)
  assert.ok(!requests.flatMap(turnsOf).some(isBlank), 'an empty turn was sent')
  const sent = requests.at(-1)?.body.replaceAll('\\', '') ?? ''
  if (unsent !== undefined) assert.ok(!sent.includes(unsent), `${unsent} was sent`)
}

/** The contents of the turns of a request; Gemini and the Responses API have other names. */
function turnsOf(request: RecordedRequest): readonly unknown[] {
  const {
    messages = [],
    input = [],
    contents = [],
  } = request.json<{
    messages?: readonly { content: unknown }[]
    input?: readonly { content: unknown }[]
    contents?: readonly { parts: readonly { text?: unknown }[] }[]
  }>()
  return [
    ...[...messages, ...input].map(({ content }) => content),
    ...contents.flatMap(({ parts }) => parts.map(({ text }) => text)),
  ]
}

function assertAsked(asked: number, expected: number | { readonly most: number }): void {
  if (typeof expected === 'number') assert.equal(asked, expected, 'the number of requests')
  else assert.ok(asked <= expected.most, `${asked} requests are more than ${expected.most}`)
}

function assertAnswer(given: unknown, { text, object, reasoning }: ReplyCase['expected']): void {
  if (given instanceof Error) throw given
  const result = given as LLMResult
  if (text !== undefined) assert.equal(result.text, text)
  if (object !== undefined) assert.deepEqual(result.object, object)
  if (reasoning === undefined) return
  assert.equal(result.reasoning, reasoning)
  assert.ok((result.usage.reasoningTokens ?? 0) > 0, 'the tokens of reasoning are not counted')
}
