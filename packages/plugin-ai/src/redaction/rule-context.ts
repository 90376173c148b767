import type { Span } from './personal-data.js'
import type { Region } from './regions.js'

/** The context of the finders besides the text itself. */
export interface RuleContext {
  /** The ranges of URLs: numbers in them are not telephone numbers or card numbers. */
  readonly urls: readonly Span[]
  /** The countries whose national telephone numbers are recognized. */
  readonly regions: readonly Region[]
}
