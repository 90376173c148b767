const defaultPort = '11434'

/**
 * The address of an Ollama server as people write it: `gpu-box`, `:11434`, `127.0.0.1:11434`, `https://host/path`.
 * Undefined for what is none, and for one that holds a user or a key, which would end up in logs.
 *
 * @returns without a slash at the end
 */
export function hostUrl(given: string): string | undefined {
  const text = given.trim()
  const schemeless = !text.includes('://')
  const address = text.startsWith(':') ? `127.0.0.1${text}` : text
  const url = URL.parse(schemeless ? `http://${address}` : address)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  if (schemeless && !/:\d+(\/|$)/.test(address)) url.port = defaultPort
  // What a server listens on, not where it is: OLLAMA_HOST serves both.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  return url.href.replace(/\/$/, '')
}
