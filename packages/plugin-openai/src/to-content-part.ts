import { type ContentPart, type LLMCapabilities, type MediaAccess, readMedia } from '@maestro-dataflow/core'
import type { BodyPart } from './chat-body.js'
import { openaiError } from './errors.js'
import { fitImage } from './fit-image.js'

/** How media are read and sent. */
export interface MediaSettings {
  readonly model: string
  readonly capabilities: LLMCapabilities
  readonly access: MediaAccess
  readonly maxSide: number
  readonly detail: 'low' | 'high' | 'auto' | undefined
}

const audioFormats: ReadonlyMap<string, 'wav' | 'mp3'> = new Map([
  ['audio/wav', 'wav'],
  ['audio/mpeg', 'mp3'],
])

/** @throws MAESTRO_OPENAI_MEDIA, _AUDIO, _IMAGE, _SHARP_MISSING, MAESTRO_MEDIA_* */
export async function toContentPart(part: ContentPart, settings: MediaSettings): Promise<BodyPart> {
  const { model, capabilities, access, maxSide, detail } = settings
  if (part.type === 'text') return { type: 'text', text: part.text.toWellFormed() }
  const can = { image: capabilities.images, audio: capabilities.audio, file: true }
  if (!can[part.type]) throw openaiError('MAESTRO_OPENAI_MEDIA', { model, type: part.type })
  const media = await readMedia(part, access)
  switch (media.type) {
    case 'image': {
      const url = toDataUrl(await fitImage(media, maxSide))
      return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } }
    }
    case 'audio': {
      const format = audioFormats.get(media.mediaType)
      if (format === undefined) throw openaiError('MAESTRO_OPENAI_AUDIO', { mediaType: media.mediaType })
      return { type: 'input_audio', input_audio: { data: toBase64(media.data), format } }
    }
    case 'file':
      return { type: 'file', file: { filename: media.name ?? 'file', file_data: toDataUrl(media) } }
  }
}

interface Typed {
  readonly data: Uint8Array
  readonly mediaType: string
}

const toDataUrl = ({ data, mediaType }: Typed): string => `data:${mediaType};base64,${toBase64(data)}`

function toBase64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}
