import type { CallOptions, LLMRequest, LLMResult } from '../../contracts/serving.js'
import type { Answered } from '../enhanced-serving.js'
import type { PackedCallOptions } from '../packed/packed-call-options.js'
import type { PackedAnswer } from '../packed/row-packer.js'
import type { UsageRecord } from '../usage-record.js'
import type { AnswerTurns } from './answer-turns.js'
import { checkAnswer } from './check-answer.js'
import { isAnswer } from './kept-answers.js'
import { withRepairTurn } from './schema-instruction.js'

/** An answer in progress or found: `result.object` holds the data as the model wrote them. */
export interface Answer {
  readonly result: LLMResult
  /** The value that the caller's check made of the data. */
  readonly checked?: { readonly by: CallOptions['check']; readonly value: unknown }
}

/** An answer that was just requested. */
export type Asked = Answer & Pick<Answered<LLMResult>, 'from'>

/** How a model is asked. */
export interface Asker {
  readonly name: string
  /** How often it is asked again. */
  readonly repairs: number
  /** The request with what the model has to be told of the schema. */
  instructed(request: LLMRequest): LLMRequest
  call(request: LLMRequest, options: CallOptions, record: UsageRecord): Promise<LLMResult>
  /** Asks in one call with other rows; undefined if the row has to be asked alone. */
  callPacked(request: LLMRequest, options: PackedCallOptions, record: UsageRecord): Promise<PackedAnswer | undefined>
}

/**
 * Asks the provider, and asks again with the faults if the answer does not pass the check. After a resume, the turns
 * that the run has on record are not paid for again.
 */
export async function askUntilSound(
  asker: Asker,
  request: LLMRequest,
  options: PackedCallOptions,
  record: UsageRecord,
  turns: AnswerTurns | undefined,
): Promise<Asked> {
  const { schema } = request
  let question = asker.instructed(request)
  for (let repairs = 0; ; repairs++) {
    const { result, from, packed } = await oneTurn(asker, repairs === 0 ? request : question, options, record, {
      turns,
      isFirst: repairs === 0,
    })
    const { usage = result.usage, cost } = record.whole
    const whole = { ...withoutCost(result), usage, ...(cost === undefined ? {} : { cost }) }
    if (schema === undefined) {
      if (packed) options.pack?.packer.learn(1, 1)
      return { result: whole, from }
    }
    const checked = await checkAnswer(asker.name, result, { schema, check: options.check })
    if (packed) options.pack?.packer.learn(1, 'error' in checked ? 0 : 1)
    if (!('error' in checked)) {
      const { data, value, warning } = checked
      if (warning !== undefined) record.warn(warning)
      return { result: { ...whole, object: data }, checked: { by: options.check, value }, from }
    }
    await turns?.keep(result, () => record.takeUnrecorded(0))
    if (checked.issues === undefined || repairs >= asker.repairs) throw checked.error
    question = withRepairTurn(question, result.text, checked.issues)
  }
}

/** One answer: from the record of a resumed run, from a call with other rows, or from a call of its own. */
async function oneTurn(
  asker: Asker,
  question: LLMRequest,
  options: PackedCallOptions,
  record: UsageRecord,
  { turns, isFirst }: { readonly turns: AnswerTurns | undefined; readonly isFirst: boolean },
): Promise<{ readonly result: LLMResult; readonly from: Asked['from']; readonly packed: boolean }> {
  const known = turns?.next(record)
  if (isAnswer(known)) return { result: known, from: 'resumed', packed: false }
  try {
    const packed = isFirst ? await asker.callPacked(question, options, record) : undefined
    if (packed !== undefined) return { result: packed.result, from: packed.first ? 'provider' : 'packed', packed: true }
    const asked = isFirst ? asker.instructed(question) : question
    return { result: await asker.call(asked, options, record), from: 'provider', packed: false }
  } catch (error) {
    await turns?.refused(error, () => record.takeUnrecorded(0))
    throw error
  }
}

function withoutCost({ cost: _, ...result }: LLMResult): LLMResult {
  return result
}
