import { didYouMean } from '@maestro-dataflow/core'
import { testkitError } from '../errors.js'
import { within, withoutStrays } from './outcomes.js'

/** What every implementation of a contract holds, each point by its name. A case throws when it does not hold. */
export type Cases<Subject> = Readonly<Record<string, (subject: Subject) => Promise<void>>>

/** What all suites take. */
export interface SuiteOptions<Name extends string> {
  /** What is tested, for the report. */
  readonly title?: string
  /** Cases that are left out, each with the reason, which is printed. */
  readonly skip?: Readonly<Partial<Record<Name, string>>>
  /** Milliseconds for one case. @default 60000 */
  readonly timeout?: number
}

/** A suite over one implementation: independent of the program that runs the tests. */
export interface Suite {
  readonly title: string
  readonly timeout: number
  readonly cases: readonly { readonly name: string; run(): Promise<void> }[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Makes what is tested; before the first case. */
  open(): Promise<void>
  /** Frees it; after the last. */
  close(): Promise<void>
}

/** How the cases of a suite come by what they test. */
interface SuiteParts<Subject, Name extends string> {
  readonly title: string
  readonly cases: Cases<Subject>
  readonly options: SuiteOptions<Name>
  open(): Promise<Subject>
  close(subject: Subject): Promise<void>
}

/** @throws MAESTRO_TESTKIT_CASE_UNKNOWN for a case to leave out that there is not */
export function createSuite<Subject, Name extends string>(parts: SuiteParts<Subject, Name>): Suite {
  const { cases, options } = parts
  const { title = parts.title, skip = {}, timeout = 60_000 } = options
  const known = Object.keys(cases)
  const leftOut = Object.entries<string | undefined>(skip).flatMap(([name, reason]) =>
    reason === undefined ? [] : [{ name, reason }],
  )
  for (const { name } of leftOut)
    if (!known.includes(name))
      throw testkitError('MAESTRO_TESTKIT_CASE_UNKNOWN', {
        suite: title,
        name,
        known,
        suggestion: didYouMean(name, known),
      })
  let opened: Promise<Subject> | undefined
  return {
    title,
    timeout,
    leftOut,
    cases: Object.entries(cases)
      .filter(([name]) => leftOut.every((left) => left.name !== name))
      .map(([name, run]) => ({
        name,
        run: async () => {
          opened ??= parts.open()
          const subject = await opened
          await withoutStrays(() => run(subject))
        },
      })),
    async open() {
      opened ??= parts.open()
      await opened
    },
    async close() {
      const closing = opened
      opened = undefined
      if (closing !== undefined) await parts.close(await closing)
    },
  }
}

/** What became of one case. */
export interface Outcome {
  readonly name: string
  /** Undefined: it holds. */
  readonly error: unknown
}

/** Runs a suite's cases one after the other and gives what became of them, for programs other than vitest. */
export async function runSuite(suite: Suite): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  try {
    await suite.open()
    for (const { name, run } of suite.cases) {
      const error = await within(suite.timeout, name, run()).then(
        () => undefined,
        (thrown: unknown) => thrown ?? 'nothing was thrown',
      )
      outcomes.push({ name, error })
    }
  } finally {
    await suite.close()
  }
  return outcomes
}
