const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text of the first element of a name in an answer of S3, which has no attributes and no mixed content. */
export function s3Text(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1]
  return found?.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return entities[name ?? ''] ?? whole
  })
}

/** The contents of all elements of a name. */
export function s3Parts(xml: string, name: string): readonly string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g')), ([, inside = '']) => inside)
}

/** Why the service refuses a request, in its own words; an empty text if it gives no reason. */
export function s3Reason(xml: string): string {
  return [s3Text(xml, 'Code'), s3Text(xml, 'Message')]
    .filter((part) => part !== undefined)
    .join(': ')
    .replace(/\.$/, '')
}

/**
 * The region in which Amazon says that a bucket is, instead of answering; undefined for an answer.
 *
 * @param region The region for which the request was signed.
 */
export function otherRegionIn(reply: { readonly status: number; readonly headers: Headers }, region: string) {
  const named = reply.headers.get('x-amz-bucket-region')
  return [301, 307, 400].includes(reply.status) && named !== null && named !== region ? named : undefined
}

/** A service refuses a signature whose time is 15 minutes off. */
const toleratedMs = 5 * 60_000

/**
 * How far the clock of the service is ahead of this machine's, in milliseconds, if it may have refused a request because of
 * that; undefined for another answer.
 *
 * @param aheadMs What the time of the signature took it for.
 */
export function clockAheadIn(reply: { readonly status: number; readonly headers: Headers }, aheadMs: number) {
  if (reply.status !== 403) return undefined
  const ahead = Date.parse(reply.headers.get('date') ?? '') - Date.now()
  return Math.abs(ahead - aheadMs) > toleratedMs ? ahead : undefined
}

/** The time of a signature, as the service writes it. @param aheadMs How far its clock is ahead of this machine's. */
export const signatureTime = (aheadMs: number): string =>
  new Date(Date.now() + aheadMs).toISOString().replace(/[:-]|\.\d{3}/g, '')
