import type { OperatorContext } from '../../contracts/operator.js'
import type { FilterContext, FlatMapContext } from '../../contracts/operator-functions.js'
import type { RowId } from '../../contracts/row.js'
import type { DroppedFact } from '../ledger/facts.js'

/** The context of one call of a filter or a flatMap, which may say why it drops the row. */
export class DroppingContext implements OperatorContext {
  readonly rowId: RowId
  readonly signal: AbortSignal
  readonly step: string
  readonly run: string
  readonly params: unknown
  readonly #isFilter: boolean
  #reason: string | undefined

  constructor(
    rowId: RowId,
    signal: AbortSignal,
    step: { readonly id: string; readonly kind: string },
    run: string,
    params: unknown,
  ) {
    this.rowId = rowId
    this.signal = signal
    this.step = step.id
    this.run = run
    this.params = params
    this.#isFilter = step.kind === 'filter'
  }

  /** A getter, so that the function also works apart from the context. */
  get drop(): FilterContext['drop'] & FlatMapContext['drop'] {
    return ((reason: string) => {
      this.#reason = reason
      return this.#isFilter ? false : []
    }) as FilterContext['drop'] & FlatMapContext['drop']
  }

  static reasonOf(context: OperatorContext | undefined): string | undefined {
    return context instanceof DroppingContext ? context.#reason : undefined
  }
}

/** The longest reason that is kept, in characters. */
const longestReason = 200
/** Up to this number of reasons are kept to be shared by many rows. */
const mostReasons = 1000

/** The facts of dropped rows. Rows that were dropped for the same reason share one. */
export class DropFacts {
  readonly #known = new Map<string, Map<string | undefined, DroppedFact>>()

  fact(step: string, context: OperatorContext | undefined): DroppedFact {
    const given = DroppingContext.reasonOf(context)
    const reason = given === undefined ? undefined : String(given).slice(0, longestReason)
    let reasons = this.#known.get(step)
    if (reasons === undefined) {
      reasons = new Map()
      this.#known.set(step, reasons)
    }
    const known = reasons.get(reason)
    if (known !== undefined) return known
    const fact: DroppedFact = { kind: 'dropped', step, reason }
    if (reasons.size < mostReasons) reasons.set(reason, fact)
    return fact
  }
}
