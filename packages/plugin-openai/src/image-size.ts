/** The width and the height of an image in pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Reads the size from the header of an image without decoding it; undefined if the header does not state it. */
export async function imageSize(data: Uint8Array): Promise<ImageSize | undefined> {
  const { imageSize: sizeOf } = await import('image-size')
  try {
    const { width, height } = sizeOf(data)
    return { width, height }
  } catch {
    // The file ends within its header, or it is not an image.
    return undefined
  }
}
