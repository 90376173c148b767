import type { TableStep, Types } from './reference.js'

/** The columns at a place of a chain. A column without a type mixes values. */
export interface Columns {
  readonly names: readonly string[]
  readonly types: Types
}

/** A step and the columns after it. */
export type Made = readonly [step: TableStep, after: Columns]

/** Choices out of random numbers: fewer and smaller numbers make a simpler chain. */
export class Choices {
  readonly #numbers: Iterator<number>

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers[Symbol.iterator]()
  }

  below(bound: number): number {
    return (this.#numbers.next().value ?? 0) % bound
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Some of a list, at least one, in any order. */
  some<T>(list: readonly T[], most = 2): readonly T[] {
    const [rest, chosen] = [[...list], [] as T[]]
    for (let left = 1 + this.below(most); left > 0 && rest.length > 0; left--)
      chosen.push(...rest.splice(this.below(rest.length), 1))
    return chosen
  }
}

export const directions = [false, true] as const
export const ends = ['first', 'last'] as const

/** A column as an identifier of SQL. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A name that no column has yet. */
export function freeName(base: string, names: readonly string[]): string {
  return names.includes(base) ? `${base}${names.length}` : base
}
