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
