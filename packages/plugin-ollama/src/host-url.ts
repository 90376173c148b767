const defaultPort = '11434'

/**
 * Normalizes the address of an Ollama server: `gpu-box`, `:11434`, `127.0.0.1:11434`, `https://host/path`. Undefined
 * for an invalid address, and for one that contains a user or a key, because it would appear in logs.
 *
 * @returns the address without a slash at the end
 */
export function hostUrl(given: string): string | undefined {
  const text = given.trim()
  const schemeless = !text.includes('://')
  const address = text.startsWith(':') ? `127.0.0.1${text}` : text
  const url = URL.parse(schemeless ? `http://${address}` : address)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  if (schemeless && !/:\d+(\/|$)/.test(address)) url.port = defaultPort
  // 0.0.0.0 is where a server listens, not its address; OLLAMA_HOST serves both purposes.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  return url.href.replace(/\/$/, '')
}
