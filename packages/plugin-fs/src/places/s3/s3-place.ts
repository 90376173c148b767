import { maestroError, type S3Options, s3Connection } from '@maestro-dataflow/core'
import { isDynamicPattern } from 'tinyglobby'
import { fsError } from '../../errors.js'
import { formatOf } from '../../format.js'
import type { FoundFile, Project } from '../../found-file.js'
import { assertFound, inFolder, matching, type NameChoice } from '../choose-names.js'
import { encodedKind } from '../content-encoding.js'
import type { Place } from '../place.js'
import { Bucket } from './bucket.js'
import { type BucketObject, findObject, listObjects, objectFile } from './bucket-objects.js'
import { uploadObject } from './upload-object.js'

/** The objects of Amazon S3, or of a service that is compatible with it, as files. */
export function s3Place(options: S3Options | undefined, { signal }: Project): Place {
  const connection = s3Connection(options)
  return {
    async find(path, format) {
      const { name, key } = partsOf(path)
      const bucket = new Bucket(name, connection, signal)
      const found = (object: BucketObject): FoundFile => ({
        file: objectFile(bucket, object, signal),
        name: bucket.nameOf(object.key),
        ...encodedKind(formatOf(object.key, format), object.headers ?? new Headers(), bucket.nameOf(object.key)),
      })
      const chosen = async (choice: NameChoice): Promise<readonly FoundFile[]> => {
        const files: FoundFile[] = []
        for await (const object of listObjects(bucket, choice.prefix))
          if (!object.key.endsWith('/') && choice.isChosen(object.key)) files.push(found(object))
        return files
      }
      if (key === '' || key.endsWith('/')) {
        const files = await chosen(inFolder(key, format))
        assertFound(files, path, format)
        return files
      }
      // An object whose key looks like a pattern is still an object.
      const object = await findObject(bucket, key)
      if (object !== undefined) return [found(object)]
      const files = await chosen(isDynamicPattern(key) ? matching(key) : inFolder(key, format))
      if (files.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })
      return files
    },

    async output(path, replace) {
      const { name, key } = partsOf(path)
      if (key === '' || key.endsWith('/'))
        throw fsError('MAESTRO_FS_PLACE_PATH', { path, reason: 'it names no object' })
      const bucket = new Bucket(name, connection, signal)
      const there = await findObject(bucket, key)
      if (there !== undefined && !replace) throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path })
      return {
        shown: bucket.nameOf(key),
        isFilled: (there?.size ?? 0) > 0,
        publish: (file) => uploadObject(bucket, { key, path: file, replace, signal }),
      }
    },
  }
}

/** @throws MAESTRO_FS_PLACE_PATH */
function partsOf(path: string): { readonly name: string; readonly key: string } {
  const [, name, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(path) ?? []
  if (name === undefined || !/^[a-z\d][\w.-]{1,254}$/i.test(name))
    throw fsError('MAESTRO_FS_PLACE_PATH', { path, reason: 'it names no bucket' })
  return { name, key }
}
