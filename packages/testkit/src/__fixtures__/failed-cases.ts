import { within } from '../conformance/outcomes.js'
import { runSuite, type Suite } from '../conformance/suite.js'

/** The names of the cases that fail. */
export async function failedCases(suite: Suite): Promise<readonly string[]> {
  const outcomes = await runSuite(suite)
  return outcomes.flatMap(({ name, error }) => (error === undefined ? [] : [name]))
}

/** The cases of a suite that no planted fault fails. */
export function casesWithoutFault(suite: Suite, faults: Readonly<Record<string, readonly [unknown, ...string[]]>>) {
  const failed = new Set(Object.values(faults).flatMap(([, ...cases]) => cases))
  return suite.cases.map(({ name }) => name).filter((name) => !failed.has(name))
}

/** What is found by which case, in the form of faults of a suite. */
export function foundBy(wrong: Readonly<Record<string, readonly [string, unknown]>>): Record<string, [unknown, string]> {
  return Object.fromEntries(Object.entries(wrong).map(([fault, [rule]]) => [fault, [undefined, rule]]))
}

/** How one case of a suite fails; undefined if it passes. No other case is run. */
export async function failureOf(suite: Suite, name: string): Promise<string | undefined> {
  const found = suite.cases.find((known) => known.name === name)
  if (found === undefined) throw new RangeError(`${suite.title} has no case "${name}"`)
  await suite.open()
  try {
    await within(suite.timeout, name, found.run())
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await suite.close()
  }
}
