import type { ContributionKind, Contributions } from '../contracts/hooks.js'

/** One contribution of a plugin, as its code defines it. */
export type Contribution = {
  readonly [Kind in ContributionKind]: {
    readonly kind: Kind
    readonly name: string
    /** The plugin's name. */
    readonly plugin: string
    readonly definition: Contributions[Kind]
  }
}[ContributionKind]
