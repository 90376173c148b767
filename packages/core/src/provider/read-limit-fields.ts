import type { RateLimit } from '../contracts/serving-settings.js'
import { readNumber } from './read-duration.js'

/** The parameters of one limit, by their names. */
type Parameters = Readonly<Record<string, string>>

/**
 * Reads the fields `RateLimit` and `RateLimit-Policy` of the drafts of the IETF: `"burst";r=50;t=30` with the policy
 * `"burst";q=100;w=60`, and `limit=100, remaining=50, reset=30` of older drafts.
 */
export function readLimitFields(
  told: string | null | undefined,
  policy: string | null | undefined,
): Readonly<Record<'requests' | 'tokens', readonly RateLimit[]>> {
  const requests: RateLimit[] = []
  const tokens: RateLimit[] = []
  const policies = itemsOf(policy ?? '')
  for (const { name, parameters } of itemsOf(told ?? '')) {
    const promised: Parameters = policies.find((one) => one.name === name)?.parameters ?? {}
    const limit = readNumber(parameters.limit ?? parameters.q ?? promised.q)
    const remaining = readNumber(parameters.remaining ?? parameters.r)
    const reset = readNumber(parameters.reset ?? parameters.t)
    if (remaining === undefined) continue
    const isOfTokens = /token/i.test(`${name} ${promised.qu ?? ''}`)
    const list = isOfTokens ? tokens : requests
    list.push({
      remaining,
      ...(limit === undefined ? {} : { limit }),
      ...(reset === undefined ? {} : { resetMs: reset * 1000 }),
    })
  }
  return { requests, tokens }
}

/** The items of a list, each a name with parameters. The parameters of older drafts stand alone and form one item. */
function itemsOf(text: string): readonly { readonly name: string; readonly parameters: Parameters }[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every((part) => part.includes('=') && !part.includes(';')))
    return [{ name: '', parameters: parametersOf(parts) }]
  return parts.map((part) => {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim())
    return { name: name.replaceAll('"', ''), parameters: parametersOf(parameters) }
  })
}

function parametersOf(parts: readonly string[]): Parameters {
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      return [
        part.slice(0, at).trim().toLowerCase(),
        part
          .slice(at + 1)
          .replaceAll('"', '')
          .trim(),
      ]
    }),
  )
}
