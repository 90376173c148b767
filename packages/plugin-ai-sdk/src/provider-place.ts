/** The variables by which the packages of providers are sent to another address. */
const addressVariables: Readonly<Record<string, readonly string[]>> = {
  openai: ['OPENAI_BASE_URL'],
  anthropic: ['ANTHROPIC_BASE_URL'],
  'amazon-bedrock': ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'],
}

/** The hosts of the providers themselves. */
const ownHosts: Readonly<Record<string, RegExp>> = {
  openai: /^api\.openai\.com$/,
  anthropic: /^api\.anthropic\.com$/,
  google: /^generativelanguage\.googleapis\.com$/,
  mistral: /^api\.mistral\.ai$/,
  groq: /^api\.groq\.com$/,
  cohere: /^api\.cohere\.(com|ai)$/,
  xai: /^api\.x\.ai$/,
  deepseek: /^api\.deepseek\.com$/,
  togetherai: /^api\.together\.(xyz|ai)$/,
  fireworks: /^api\.fireworks\.ai$/,
}

/** The address that the environment gives to the package of a provider. @param provider Its short name. */
export function addressInEnvironment(provider: string): string | undefined {
  const variables = Object.hasOwn(addressVariables, provider) ? addressVariables[provider] : undefined
  return variables?.map((name) => process.env[name]?.trim()).find((value) => value !== undefined && value !== '')
}

/** Whether an address is that of another server than the provider's own. Such a server has prices of its own. */
export function isElsewhere(provider: string, baseURL: unknown): boolean {
  if (baseURL === undefined || baseURL === null) return false
  const own = Object.hasOwn(ownHosts, provider) ? ownHosts[provider] : undefined
  const hostname = typeof baseURL === 'string' ? URL.parse(baseURL)?.hostname : undefined
  return own === undefined || hostname === undefined || !own.test(hostname)
}

/** Where a provider with regions runs a model. Undefined for other providers, and where it is not known. */
export function regionOf(provider: string, options: Readonly<Record<string, unknown>>): string | undefined {
  const places: Readonly<Record<string, unknown>> = {
    'amazon-bedrock': options.region ?? process.env.AWS_REGION,
    'google-vertex': options.location ?? process.env.GOOGLE_VERTEX_LOCATION,
  }
  const place = Object.hasOwn(places, provider) ? places[provider] : undefined
  return typeof place === 'string' && place.trim() !== '' ? place.trim() : undefined
}
