import type { z } from 'zod'
import type { PromptClass } from '../../contracts/operator.js'

/**
 * A mark on the input type of an option's schema. It tells TypeScript more than the type of the value, for example that
 * a text names a column. No value has it. It is a string and not a symbol, so that two copies of core agree on it.
 */
export interface Slot<Kind extends string, About = unknown> {
  readonly '~slot': readonly [Kind, About]
}

/** A schema whose values are plain, and whose input type carries a mark. */
export type SlotSchema<Output, Kind extends string, About = unknown> = z.ZodType<Output, Slot<Kind, About>>

/** The mark of a schema at the time of the plan. */
export type SlotFacts =
  | { readonly kind: 'column' | 'columns' | 'columnRecord' | 'source' }
  | ({ readonly kind: 'prompt' } & PromptFacts)
  | { readonly kind: 'unless'; readonly others: readonly string[]; readonly required: boolean }

/** The rules for a prompt option: its classes and variables. */
export interface PromptFacts {
  /** The accepted prompt classes; an empty list accepts any. */
  readonly allowed: readonly PromptClass[]
  /** The variables that the operator fills itself; `{name}` stands for the value of the option `name`. */
  readonly variables: readonly string[] | ((options: Readonly<Record<string, unknown>>) => readonly string[])
  /** Whether the columns of the row are variables too. */
  readonly overRow: boolean
}

// The mark is part of the schema's definition, which zod copies when a schema is described, refined, or cloned.
const factsKey = '~maestro'

/** Marks a newly created schema. */
export function slotted(schema: z.ZodType, facts: SlotFacts): never {
  Object.assign(schema._zod.def, { [factsKey]: facts })
  return schema as never
}

/** The mark of a schema; undefined for a schema without one. */
export function slotFacts(schema: z.core.$ZodType): SlotFacts | undefined {
  return (schema._zod.def as { readonly [factsKey]?: SlotFacts })[factsKey]
}
