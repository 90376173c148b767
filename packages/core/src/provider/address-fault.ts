const twice = /((?:\/[^/]+){1,2})\1(?=\/|$)/
const version = /\/v\d+[a-z]*\d*(?=\/|$)|\/deployments\//

/**
 * What may be wrong with an address under which there is no API: a part of the path stands in it twice, or the version
 * is missing. Undefined if nothing is noticed.
 *
 * @param option The option that sets the address.
 * @example
 * addressFault('https://api.example/v1/v1/chat/completions', 'baseUrl')
 * // 'The address https://api.example/v1/v1/chat/completions contains /v1 twice. Remove one of them from `baseUrl`.'
 */
export function addressFault(address: string, option: string): string | undefined {
  const url = URL.parse(address)
  if (url === null) return undefined
  const [, repeated] = twice.exec(url.pathname) ?? []
  if (repeated !== undefined)
    return `The address ${url.origin}${url.pathname} contains ${repeated} twice. Remove one of them from \`${option}\`.`
  if (version.test(url.pathname)) return undefined
  return `Check the \`${option}\`: the address ${url.origin}${url.pathname} contains no version, and most servers need one, such as /v1 at its end.`
}
