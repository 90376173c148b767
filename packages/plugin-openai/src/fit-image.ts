import type { LoadedMedia } from '@maestro-dataflow/core'
import { openaiError } from './errors.js'
import { imageSize } from './image-size.js'

type Image = Pick<LoadedMedia, 'data' | 'mediaType'>

/** What OpenAI and most compatible servers accept. */
const taken = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

/**
 * Converts an image to a supported type and size, or returns it unchanged if it already complies. sharp is loaded only
 * when it is needed.
 *
 * @throws MAESTRO_OPENAI_SHARP_MISSING, MAESTRO_OPENAI_IMAGE
 */
export async function fitImage(image: Image, maxSide: number): Promise<Image> {
  const { data, mediaType } = image
  const size = await imageSize(data)
  const fits = size !== undefined && Math.max(size.width, size.height) <= maxSide
  if (fits && taken.has(mediaType)) return image
  const sharp = await loadSharp(
    !taken.has(mediaType)
      ? `is of type ${mediaType}`
      : `has ${size?.width ?? 'unknown'} x ${size?.height ?? 'unknown'} pixels, more than ${maxSide}`,
  )
  // Animated images lose all but their first frame, and the images of cameras are rotated upright.
  const made = sharp(data, { autoOrient: true }).resize({
    width: maxSide,
    height: maxSide,
    fit: 'inside',
    withoutEnlargement: true,
  })
  try {
    if (mediaType === 'image/jpeg') return { data: await made.jpeg({ quality: 90 }).toBuffer(), mediaType }
    if (mediaType === 'image/webp') return { data: await made.webp({ quality: 90 }).toBuffer(), mediaType }
    return { data: await made.png().toBuffer(), mediaType: 'image/png' }
  } catch (error) {
    throw openaiError('MAESTRO_OPENAI_IMAGE', { reason: (error as Error).message }, error)
  }
}

async function loadSharp(need: string) {
  try {
    return (await import('sharp')).default
  } catch (error) {
    throw openaiError('MAESTRO_OPENAI_SHARP_MISSING', { need }, error)
  }
}
