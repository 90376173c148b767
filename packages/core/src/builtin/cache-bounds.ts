import { z } from 'zod'
import { byteSize } from '../define/options/byte-size.js'
import { duration } from '../define/options/duration.js'

/** The options of the caches of core. */
export const cacheBounds = z.strictObject({
  /**
   * The maximum size of the answers; those of the oldest runs are removed first. @default '2GiB' on disk, '256MiB' in
   * memory
   */
  maxSize: byteSize().optional(),
  /** How long an answer is valid. @default no limit */
  ttl: duration().optional(),
})
