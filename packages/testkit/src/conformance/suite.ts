import { didYouMean } from '@maestro-dataflow/core'
import { testkitError } from '../errors.js'
import { within, withoutStrays } from './outcomes.js'

/** The rules for every implementation of a contract, each by its name. A case throws if its rule is broken. */
export type Cases<Subject> = Readonly<Record<string, (subject: Subject) => Promise<void>>>

/** The options that all suites share. */
export interface SuiteOptions<Name extends string> {
  /** The name of what is tested, for the report. */
  readonly title?: string
  /** Cases to omit, each with the reason, which is printed. */
  readonly skip?: Readonly<Partial<Record<Name, string>>>
  /** Milliseconds for one case. @default 60000 */
  readonly timeout?: number
}

/** A suite over one implementation, independent of the test runner. */
export interface Suite {
  readonly title: string
  readonly timeout: number
  readonly cases: readonly { readonly name: string; run(): Promise<void> }[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Creates what is tested, before the first case. */
  open(): Promise<void>
  /** Disposes it, after the last case. */
  close(): Promise<void>
}

/** How the cases of a suite obtain what they test. */
interface SuiteParts<Subject, Name extends string> {
  readonly title: string
  readonly cases: Cases<Subject>
  readonly options: SuiteOptions<Name>
  open(): Promise<Subject>
  close(subject: Subject): Promise<void>
}

/** @throws MAESTRO_TESTKIT_CASE_UNKNOWN for an unknown case to omit */
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

/** The result of one case. */
export interface Outcome {
  readonly name: string
  /** Undefined if the case passed. */
  readonly error: unknown
}

/** Runs a suite's cases one after the other and returns their results, for programs other than vitest. */
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
