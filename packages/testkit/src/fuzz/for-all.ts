import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { MaestroError } from '@maestro-dataflow/core'
import fc from 'fast-check'

/** How many examples are tried, and which. */
export interface FuzzSettings {
  /** The number of examples of each rule. @default 20, or 5 for an operator that sees a whole table */
  readonly examples?: number | undefined
  /** Another seed gives other examples. The same seed always gives the same ones. @default 1 */
  readonly seed?: number | undefined
}

const longestExample = 2000

/**
 * Checks a property for many examples. When one fails, it is shrunk, and the error shows the smallest example that still
 * fails.
 *
 * @param first Examples that are always tried. They are not shrunk.
 */
export async function forAll<Example>(
  arbitrary: fc.Arbitrary<Example>,
  { examples = 20, seed = 1 }: FuzzSettings,
  property: (example: Example) => Promise<void>,
  first: readonly Example[] = [],
): Promise<void> {
  const given = first.map((example): [Example] => [example])
  const settings = { numRuns: examples + first.length, seed, examples: given }
  const details = await fc.check(fc.asyncProperty(arbitrary, property), settings)
  if (!details.failed) return
  const [example] = details.counterexample ?? []
  const text = inspect(example, { depth: 6, maxStringLength: 200, maxArrayLength: 20 }).slice(0, longestExample)
  const reason = describeFailure(details.errorInstance)
  throw new assert.AssertionError({ message: `${reason}\nSmallest example that fails (seed ${seed}):\n${text}` })
}

/** A failure with its place: the plugin, the step, and the row, as far as they are known. */
export function describeFailure(error: unknown): string {
  if (!MaestroError.is(error)) return error instanceof Error ? error.message : String(error)
  const { code, message, plugin, step, rowId } = error
  const place = Object.entries({ plugin, step, row: rowId }).flatMap(([what, name]) =>
    name === undefined ? [] : [`${what} ${name}`],
  )
  return `${message} (${[code, ...place].join(', ')})`
}
