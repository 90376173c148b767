/** What rules find by its form; most kinds have digits that can be checked. */
export const ruleTypes = ['email', 'phone', 'iban', 'card', 'ip', 'credentials', 'china-id', 'us-ssn'] as const
/** What only a model finds. */
export const modelTypes = ['person', 'address', 'organisation'] as const
export type RuleType = (typeof ruleTypes)[number]
export type PersonalDataType = RuleType | (typeof modelTypes)[number]

/** A piece of a text that identifies a person. */
export interface PersonalData {
  readonly type: PersonalDataType
  readonly start: number
  readonly end: number
}

/** A place in a text: from `start`, up to but not including `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export const overlaps = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end
