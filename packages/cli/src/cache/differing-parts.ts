import type { KeyParts } from '@maestro-dataflow/core'

/** A part of a key that another key lacks, has in addition, or has with another value. */
export interface Difference {
  readonly part: string
  readonly here: string | undefined
  readonly there: string | undefined
}

/** The parts in which two keys differ, in the order of the first key's parts. */
export function differingParts(here: KeyParts, there: KeyParts): readonly Difference[] {
  const names = new Set([...Object.keys(here), ...Object.keys(there)])
  return [...names]
    .filter((part) => here[part] !== there[part])
    .map((part) => ({ part, here: here[part], there: there[part] }))
}
