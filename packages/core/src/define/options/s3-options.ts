import { z } from 'zod'
import { fromEnvironment } from './values.js'

const text = z.string().min(1)

/** The options that say how the buckets of Amazon S3, or of a compatible service, are reached. */
export const s3Options = z.strictObject({
  /**
   * The address of a service that is compatible with S3, such as MinIO or R2.
   *
   * @default AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or else Amazon S3 in the region
   */
  endpoint: fromEnvironment(z.url({ protocol: /^https?$/ })).optional(),
  /** @default AWS_REGION, AWS_DEFAULT_REGION, or else us-east-1 */
  region: fromEnvironment(text).optional(),
  /** @default AWS_ACCESS_KEY_ID; without a key, requests are not signed, as public buckets permit */
  accessKeyId: fromEnvironment(text).optional(),
  /** @default AWS_SECRET_ACCESS_KEY */
  secretAccessKey: fromEnvironment(text).optional(),
  /** @default AWS_SESSION_TOKEN */
  sessionToken: fromEnvironment(text).optional(),
})

/** The options of a connection to S3, as `s3Options` has read them. */
export type S3Options = z.output<typeof s3Options>

/** How buckets are reached: by the options, and by the environment where they say nothing. */
export interface S3Connection {
  readonly endpoint: string | undefined
  readonly region: string
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
}

/** Completes the options by the variables that the tools of Amazon read, such as AWS_ACCESS_KEY_ID. */
export function s3Connection(options: S3Options = {}): S3Connection {
  const { env } = process
  const accessKeyId = options.accessKeyId ?? env.AWS_ACCESS_KEY_ID
  const secretAccessKey = options.secretAccessKey ?? env.AWS_SECRET_ACCESS_KEY
  // A token of the environment belongs to the key of the environment.
  const token = options.sessionToken ?? (options.accessKeyId === undefined ? env.AWS_SESSION_TOKEN : undefined)
  return {
    endpoint: options.endpoint ?? (env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined),
    region: options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1'),
    credentials:
      accessKeyId && secretAccessKey
        ? { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) }
        : undefined,
  }
}
