import type { z } from 'zod'
import type { PromptClass } from '../../contracts/operator.js'

/**
 * A mark on the input type of an option's schema, for what TypeScript must know beyond the type of a value: this text
 * names a column. No value has it. It is a text and not a symbol, so that two copies of core agree on it.
 */
export interface Slot<Kind extends string, About = unknown> {
  readonly '~slot': readonly [Kind, About]
}

/** A schema whose values are plain, and whose input type carries a mark. */
export type SlotSchema<Output, Kind extends string, About = unknown> = z.ZodType<Output, Slot<Kind, About>>

/** What a marked schema says when a plan is made. */
export type SlotFacts =
  | { readonly kind: 'column' | 'columns' | 'columnRecord' | 'source' }
  | ({ readonly kind: 'prompt' } & PromptFacts)
  | { readonly kind: 'unless'; readonly others: readonly string[]; readonly required: boolean }

/** What a prompt that is given as an option may be, and what it may say. */
export interface PromptFacts {
  /** The prompt classes that the option takes; none means any. */
  readonly allowed: readonly PromptClass[]
  /** Variables that the operator fills itself; `{name}` stands for the value of the option `name`. */
  readonly variables: readonly string[] | ((options: Readonly<Record<string, unknown>>) => readonly string[])
  /** Whether the columns of the row are variables too. */
  readonly overRow: boolean
}

// In the definition of the schema, which zod hands on when a schema is described, refined or cloned.
const factsKey = '~maestro'

/** Marks a schema that was made for this. */
export function slotted(schema: z.ZodType, facts: SlotFacts): never {
  Object.assign(schema._zod.def, { [factsKey]: facts })
  return schema as never
}

/** What the mark of a schema says; undefined for a schema without one. */
export function slotFacts(schema: z.core.$ZodType): SlotFacts | undefined {
  return (schema._zod.def as { readonly [factsKey]?: SlotFacts })[factsKey]
}
