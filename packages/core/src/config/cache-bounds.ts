import { z } from 'zod'

/** The options of the caches of core. */
export const cacheBounds = z.strictObject({
  /** What answers may take; those not used for longest go first. @default 2048 on the disk, 256 in memory */
  maxMegabytes: z.number().positive().optional(),
  /** How long an answer is good for, in days. @default no bound */
  days: z.number().positive().optional(),
})
