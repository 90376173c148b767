import { localError } from '../errors.js'
import { type DownloadOptions, download } from './http-download.js'
import type { HuggingFaceSource } from './model-source.js'

const escaped = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** Downloads a file from the Hugging Face hub, or from the mirror that `HF_ENDPOINT` names. */
export async function fetchFromHub(
  source: HuggingFaceSource,
  target: string,
  options: DownloadOptions = {},
): Promise<void> {
  const hub = (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')
  const address = `${hub}/${escaped(source.repository)}/resolve/${encodeURIComponent(source.revision)}/${escaped(source.file)}`
  if (!URL.canParse(address))
    throw localError('MAESTRO_LOCAL_DOWNLOAD', { url: address, reason: 'it is not an address' })
  const { sha256, announcedSha256 } = await download(new URL(address), target, options)
  if (announcedSha256 !== undefined && announcedSha256 !== sha256)
    throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: address, expected: announcedSha256, found: sha256 })
}
