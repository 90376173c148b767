import type { CachedAnswer, ResponseCache } from '@maestro-dataflow/core'
import type { ChangedRow, RowCalls } from '@maestro-dataflow/core/runtime'

/** A request of a row, with its answer if the response cache still has it. */
export type AnsweredCall = RowCalls[number] & { readonly answer?: CachedAnswer }

/** A changed row with its answers in both runs. */
export interface AnsweredRow {
  readonly row: string
  readonly before: readonly AnsweredCall[]
  readonly after: readonly AnsweredCall[]
}

/** Looks up the answers of changed rows. The ledger holds the beginning of the key of each. */
export async function answersOf(
  rows: readonly ChangedRow[],
  cache: ResponseCache | undefined,
): Promise<readonly AnsweredRow[]> {
  const withAnswer = async (call: RowCalls[number]): Promise<AnsweredCall> => {
    if (call.key === undefined || cache?.explain === undefined) return call
    const { entry } = await cache.explain(call.key)
    const answer = entry === undefined ? undefined : await cache.get(entry.key)
    return answer === undefined ? call : { ...call, answer }
  }
  const answered: AnsweredRow[] = []
  for (const { row, before, after } of rows)
    answered.push({
      row,
      before: await Promise.all(before.map(withAnswer)),
      after: await Promise.all(after.map(withAnswer)),
    })
  return answered
}
