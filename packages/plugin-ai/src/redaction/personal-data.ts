/** The types that rules recognize by their form. Most of them have check digits. */
export const ruleTypes = ['email', 'phone', 'iban', 'card', 'ip', 'credentials', 'china-id', 'us-ssn'] as const
/** The types that only a model finds. */
export const modelTypes = ['person', 'address', 'organization'] as const
export type RuleType = (typeof ruleTypes)[number]
/** A kind of personal data that `ai.redact` finds. */
export type PersonalDataType = RuleType | (typeof modelTypes)[number]

/** A part of a text that identifies a person. */
export interface PersonalData {
  readonly type: PersonalDataType
  readonly start: number
  readonly end: number
}

/** A range of a text from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export const overlaps = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end
