/** The errors of the media of prompts. */
export const mediaErrors = {
  MAESTRO_MEDIA_MISSING: {
    message: (d: { source: string }) => `There is no ${d.source}.`,
    hint: () => 'Check the path, which is relative to the config file, or the address.',
  },
  MAESTRO_MEDIA_UNREADABLE: {
    message: (d: { source: string; reason: string }) => `${d.source} cannot be read: ${d.reason}.`,
    hint: () => 'Give bytes, the path of a file of the project, a data: URL, or an http or https address.',
  },
  MAESTRO_MEDIA_EMPTY: {
    message: (d: { source: string }) => `${d.source} has no content.`,
    hint: () => 'The file may have been written incompletely. Provide it again.',
  },
  MAESTRO_MEDIA_TOO_LARGE: {
    message: (d: { source: string; bytes: number; limit: number }) =>
      `${d.source} has at least ${d.bytes} bytes, but the limit is ${d.limit}.`,
    hint: () => 'Make it smaller. Nothing of it was sent.',
  },
  MAESTRO_MEDIA_TYPE: {
    message: (d: { source: string; expected: string; found: string }) =>
      `${d.source} should be of type ${d.expected}, but its content is ${d.found}.`,
    hint: () =>
      'Convert it to a supported type. Images are PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF, or HEIC; recordings are WAV, MP3, MP4, OGG, FLAC, AAC, or WebM. Render an SVG as an image.',
  },
  MAESTRO_MEDIA_PATH_OUTSIDE: {
    message: (d: { source: string; directory: string }) => `${d.source} is outside the project ${d.directory}.`,
    hint: () => 'Move it inside, or set `allowOutsidePaths: true` in the config.',
  },
  MAESTRO_MEDIA_ADDRESS_PRIVATE: {
    message: (d: { host: string; address: string }) =>
      `${d.host} is in a private network or on this machine (${d.address}).`,
    hint: () =>
      'Addresses from rows and of files may not lead there. If yours may, set `allowPrivateAddresses: true` in the config.',
  },
  MAESTRO_MEDIA_FETCH: {
    message: (d: { source: string; reason: string }) => `${d.source} could not be fetched: ${d.reason}.`,
    hint: () => 'Run again later. The next run reuses finished answers.',
    retryable: true,
  },
} as const
