/** Width and height of an image in pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** The size that the header of an image gives, without reading the picture; undefined when it gives none. */
export async function imageSize(data: Uint8Array): Promise<ImageSize | undefined> {
  const { imageSize: sizeOf } = await import('image-size')
  try {
    const { width, height } = sizeOf(data)
    return { width, height }
  } catch {
    // The file ends before its header does, or it is no image.
    return undefined
  }
}
