import { duration, s3Options } from '@maestro-dataflow/core'
import { z } from 'zod'
import { serverOptions } from '../server-options.js'

/** The options of `bullmq.queue`. */
export const queueOptions = serverOptions.extend({
  /**
   * The folder through which the run and its workers exchange rows: on one machine any, on several one that all of them see.
   * Relative to the config file. `s3://bucket/prefix` is a place in a bucket, for machines without a common file system.
   *
   * @default 'workers' in the state directory
   */
  folder: z
    .string()
    .min(1)
    .refine((path) => !path.includes('://') || /^s3:\/\/[a-z\d][\w.-]{1,254}(\/|$)/i.test(path), {
      error: 'a path or s3://bucket/prefix is expected',
    })
    .optional(),
  /** How the bucket of an `s3://` folder is reached. @default the variables AWS_... of the environment */
  s3: s3Options.optional(),
  /**
   * How long a run waits for `workers`. Then it begins with those that are there, and without any it does the work itself.
   * @default '1m'
   */
  wait: duration().default(60_000),
  /** How many workers a run waits for before it begins. @default 1 */
  workers: z.number().int().positive().default(1),
  /** The steps that only some workers can run, and the tag that these workers have. */
  tags: z.record(z.string(), z.string().min(1)).default({}),
  /**
   * How long a worker may be silent before its partitions go to others. A step that computes longer than this without a pause
   * makes its worker silent. @default '6s'
   */
  lease: duration().default(6000),
  /** The largest number of rows of a partition. @default 1000 */
  rows: z.number().int().positive().default(1000),
})

/** The options of the executor that sends steps to workers over BullMQ. */
export type QueueOptionsInput = z.input<typeof queueOptions>
export type QueueOptions = z.output<typeof queueOptions>
