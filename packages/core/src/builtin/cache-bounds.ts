import { z } from 'zod'
import { byteSize } from '../define/options/byte-size.js'
import { duration } from '../define/options/duration.js'

/** The options of the caches of core. */
export const cacheBounds = z.strictObject({
  /** What answers may take; those not used for longest go first. @default '2GiB' on the disk, '256MiB' in memory */
  maxSize: byteSize().optional(),
  /** How long an answer is good for. @default no bound */
  ttl: duration().optional(),
})
