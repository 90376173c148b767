/** Lists names in a hint. */
export const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))

/** Asks whether another name was meant. */
export const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `Did you mean "${suggestion}"? `

/** A name that is not among those that are known. */
export interface Unknown {
  readonly name: string
  readonly known: readonly string[]
  readonly suggestion?: string | undefined
}
