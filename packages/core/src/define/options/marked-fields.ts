import type { z } from 'zod'
import { type SlotFacts, slotFacts } from './slot.js'

type Zod = z.core.$ZodType

/** A marked field of options. */
export interface MarkedField<Kind extends SlotFacts['kind']> {
  readonly name: string
  readonly facts: Extract<SlotFacts, { readonly kind: Kind }>
}

/** The fields of options with a mark of a kind, in all branches of a union. */
export function markedFields<const Kind extends SlotFacts['kind']>(
  schema: unknown,
  kind: Kind,
): readonly MarkedField<Kind>[] {
  const marked = fieldsOf(schema).flatMap(([name, field]) => {
    const facts = innermost(field)
    return facts?.kind === kind ? [{ name, facts: facts as MarkedField<Kind>['facts'] }] : []
  })
  return [...new Map(marked.map((field) => [field.name, field])).values()]
}

function fieldsOf(schema: unknown): readonly (readonly [string, Zod])[] {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) return []
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'object') return Object.entries(def.shape)
  if (def.type === 'union') return def.options.flatMap(fieldsOf)
  if (def.type === 'intersection') return [def.left, def.right].flatMap(fieldsOf)
  if (def.type === 'pipe') return fieldsOf(def.in)
  return 'innerType' in def ? fieldsOf(def.innerType) : []
}

/** The mark of a field, even if the field is optional, has a default, or is a union or a record of such values. */
function innermost(schema: Zod): SlotFacts | undefined {
  const facts = slotFacts(schema)
  if (facts !== undefined && facts.kind !== 'unless') return facts
  const { def } = (schema as z.core.$ZodTypes)._zod
  if ('innerType' in def) return innermost(def.innerType)
  if (def.type === 'record') return innermost(def.valueType)
  if (def.type !== 'union') return undefined
  return def.options.map(innermost).find((found) => found !== undefined)
}
