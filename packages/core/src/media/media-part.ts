import type { MediaPart } from '../contracts/serving.js'

type Data = MediaPart['data']
type Details = Pick<MediaPart, 'mediaType' | 'name'>

/**
 * An image for a prompt: bytes, the path of a project file, a `file:` or `data:` URL, or a web address.
 *
 * @example
 * serving.generate({ messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, imagePart('cat.png')] }] })
 */
export const imagePart = (data: Data, details: Details = {}): MediaPart => ({ type: 'image', data, ...details })

/** A recording for a prompt, specified like an image. */
export const audioPart = (data: Data, details: Details = {}): MediaPart => ({ type: 'audio', data, ...details })

/** A file for a prompt, such as a PDF, specified like an image. */
export const filePart = (data: Data, details: Details = {}): MediaPart => ({ type: 'file', data, ...details })
