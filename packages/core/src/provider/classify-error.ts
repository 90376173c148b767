import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import { servingError } from './serving-error.js'

/** Codes of Node and undici for connections that failed or broke. */
const connectionCodes =
  /^(ECONN|ENOTFOUND|EAI_|EPIPE|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT|UND_ERR_|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HPE_)/

/** What is thrown for a header that cannot be sent, in the words of undici and of Node. They contain its value. */
const badHeader =
  /^Headers\.\w+:|to a ByteString|invalid header value|^invalid (?:header key|[\w-]+ header)$|invalid character in header|header .* has invalid value/i

/** The words about such a header. Its value, which is probably the key, must not be repeated. */
const unsendable =
  'it, or another header, contains a line end or a character that no header may contain, and so nothing was sent'

/**
 * Converts whatever a provider threw to a typed error. A typed error stays as it is; an answer with a status is
 * classified by the table, and a broken connection by the codes in its chain of causes. Anything else becomes
 * MAESTRO_SERVING_FAILED.
 */
export function classifyError(serving: string, error: unknown): MaestroError {
  if (MaestroError.is(error)) return error
  for (let cause = error, depth = 0; typeof cause === 'object' && cause !== null && depth < 5; depth++) {
    const { name, code, status, message, cause: next } = cause as Readonly<Record<string, unknown>>
    if (typeof message === 'string' && badHeader.test(message))
      return maestroError('MAESTRO_SERVING_AUTHENTICATION', { serving, reason: unsendable })
    if (typeof code === 'string' && connectionCodes.test(code))
      return maestroError('MAESTRO_SERVING_CONNECTION', { serving, reason: `${code}: ${reasonOf(cause)}` }, error)
    // undici gives no code to a reply that is not HTTP.
    if (name === 'HTTPParserError')
      return maestroError('MAESTRO_SERVING_CONNECTION', { serving, reason: reasonOf(cause) }, error)
    if (typeof status === 'number' && status >= 400)
      return servingError(
        serving,
        { status, reason: reasonOf(cause), ...(typeof code === 'string' ? { code } : {}) },
        error,
      )
    cause = next
  }
  return maestroError('MAESTRO_SERVING_FAILED', { serving, reason: reasonOf(error) }, error)
}
