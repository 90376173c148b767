import { maestroError } from '@maestro-dataflow/core'
import picomatch from 'picomatch'
import { isDynamicPattern } from 'tinyglobby'
import { fsError } from '../../errors.js'
import { type FileFormat, formatOf } from '../../format.js'
import type { FoundFile, Project } from '../../found-file.js'
import { assertFound, inFolder, matching } from '../choose-names.js'
import { textOf } from '../patient-request.js'
import type { Place } from '../place.js'
import { RemoteFile } from '../remote-file.js'
import { splitsIn } from './dataset-card.js'
import { Hub, type HubFile } from './hub.js'
import { hubCommit } from './hub-commit.js'
import { type HubReadOptions, type HubWriteOptions, hubConnection } from './hub-options.js'
import { hubPathOf } from './hub-path.js'
import { splitOfName } from './split-of-name.js'

/** The datasets of the Hugging Face hub, or of a hub with the same interface. */
export function hubPlace(options: (HubReadOptions & HubWriteOptions) | undefined, { signal }: Project): Place {
  const connection = hubConnection(options)
  return {
    async find(given, format) {
      const { repository, revision, path } = hubPathOf(given)
      const hub = new Hub(repository, connection, signal)
      const commit = await hub.commitOf(revision)
      if (commit === undefined) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: given })
      const all = (await Array.fromAsync(hub.files(commit))).sort((one, other) => (one.path < other.path ? -1 : 1))
      const found = all.some((file) => file.path === path)
        ? all.filter((file) => file.path === path)
        : await chosen(hub, commit, all, given, path, format, options ?? {})
      return found.map((file) => foundFile(hub, commit, file, format, signal))
    },

    async output(given, replace) {
      const { repository, revision, path } = hubPathOf(given)
      if (path === '') throw fsError('MAESTRO_FS_PLACE_PATH', { path: given, reason: 'it names no file' })
      return hubCommit(new Hub(repository, connection, signal), { given, revision, path, replace, signal }, options)
    },
  }
}

async function chosen(
  hub: Hub,
  commit: string,
  all: readonly HubFile[],
  given: string,
  path: string,
  format: FileFormat | undefined,
  options: HubReadOptions,
): Promise<readonly HubFile[]> {
  if (isDynamicPattern(path)) {
    const { isChosen } = matching(path)
    const found = ofSplit(
      all.filter((file) => isChosen(file.path)),
      options.split,
    )
    if (found.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: given })
    return found
  }
  const { prefix, isChosen } = inFolder(path, format)
  const inside = all.filter((file) => file.path.startsWith(prefix) && isChosen(file.path) && isData(file.path))
  const declared = path === '' ? await declaredFiles(hub, commit, inside, given, options) : undefined
  const found = declared ?? bySplit(inside, given, options)
  if (path !== '' && found.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: given })
  assertFound(found, given, format)
  return found
}

/** Cards and settings describe a dataset. */
const isData = (path: string) => !/(^|\/)(readme\.md|license[^/]*|dataset_infos\.json)$/i.test(path)

/** The files that the card declares. */
async function declaredFiles(
  hub: Hub,
  commit: string,
  files: readonly HubFile[],
  given: string,
  { config, split }: HubReadOptions,
): Promise<readonly HubFile[] | undefined> {
  const reply = await hub.content(commit, 'README.md')
  const card = await textOf(reply)
  const declared = reply.status === 200 ? splitsIn(card) : undefined
  if (declared === undefined || declared.length === 0) {
    if (config !== undefined) throw unknown('config', config, [], given)
    return undefined
  }
  const configs = [...new Set(declared.map((one) => one.config))]
  const name = config ?? (configs.length === 1 || !configs.includes('default') ? configs[0] : 'default')
  if (config === undefined && configs.length > 1 && !configs.includes('default'))
    throw fsError('MAESTRO_FS_SPLIT', { path: given, kind: 'config', known: configs })
  const ofConfig = declared.filter((one) => one.config === name)
  if (ofConfig.length === 0) throw unknown('config', name ?? '', configs, given)
  const splits = [...new Set(ofConfig.map((one) => one.split))]
  if (split === undefined && splits.length > 1)
    throw fsError('MAESTRO_FS_SPLIT', { path: given, kind: 'split', known: splits })
  const asked = ofConfig.filter((one) => split === undefined || one.split === split)
  if (asked.length === 0) throw unknown('split', split ?? '', splits, given)
  const patterns = asked.flatMap((one) => one.patterns)
  const isAsked = patterns.map((pattern) => picomatch(pattern.replace(/^\.?\//, '')))
  return files.filter(({ path }) => patterns.includes(path) || isAsked.some((matches) => matches(path)))
}

/** The files of a split by their names. Files of several splits are never mixed. */
function bySplit(files: readonly HubFile[], given: string, { split }: HubReadOptions): readonly HubFile[] {
  const splits = [...new Set(files.map(({ path }) => splitOfName(path) ?? 'train'))]
  if (split === undefined && splits.length > 1)
    throw fsError('MAESTRO_FS_SPLIT', { path: given, kind: 'split', known: splits })
  if (split !== undefined && !splits.includes(split)) throw unknown('split', split, splits, given)
  return ofSplit(files, split)
}

const ofSplit = (files: readonly HubFile[], split: string | undefined) =>
  files.filter(({ path }) => split === undefined || (splitOfName(path) ?? 'train') === split)

const unknown = (kind: 'config' | 'split', asked: string, known: readonly string[], path: string) =>
  fsError('MAESTRO_FS_SPLIT', { path, kind, known, asked })

/** A file of a commit, which never changes. */
function foundFile(
  hub: Hub,
  commit: string,
  { path, size, oid }: HubFile,
  format: FileFormat | undefined,
  signal: AbortSignal | undefined,
): FoundFile {
  const name = `${hub.name}/${path}`
  const file = new RemoteFile({
    name,
    size,
    version: oid,
    signal,
    get: ({ start, end }) => hub.content(commit, path, `bytes=${start}-${end - 1}`),
    refusal: (reply) => hub.refusal(reply),
  })
  return { file, name, ...formatOf(path, format) }
}
