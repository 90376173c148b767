/** Where a service is. */
export interface S3Service {
  /** @default Amazon S3 in the region */
  readonly endpoint: string | undefined
  readonly region: string
}

/** What a request to a bucket names. */
export interface S3Object {
  readonly bucket: string
  /** @default the bucket itself */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
}

/**
 * The address of an object in the form in which it is signed. Amazon has a host for each bucket. Other services have a
 * path for each.
 */
export function s3Address({ endpoint, region }: S3Service, object: S3Object): URL {
  const { bucket, key = '', query = {} } = object
  const amazon = `https://s3.${region}.amazonaws.com`
  const base =
    endpoint === undefined && !bucket.includes('.')
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${(endpoint ?? amazon).replace(/\/+$/, '')}/${bucket}`
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const search = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return new URL(`${base}/${key.split('/').map(escaped).join('/')}${search}`)
}

const escaped = (part: string) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
