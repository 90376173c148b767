import { sized } from '../measure.js'

/** The number of rows for which a model is asked. */
export const asked = sized(1_000_000, 5000)
