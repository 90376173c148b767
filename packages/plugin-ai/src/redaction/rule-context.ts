import type { Span } from './personal-data.js'
import type { Region } from './regions.js'

/** What the finders know of a text besides its characters. */
export interface RuleContext {
  /** The places of addresses on the web: numbers in them are not telephone numbers or cards. */
  readonly urls: readonly Span[]
  /** The countries whose national telephone numbers are recognised. */
  readonly regions: readonly Region[]
}
