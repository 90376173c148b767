import {
  contributionNouns,
  type PackageManifest,
  readPackageManifest,
  writePackageManifest,
} from '@maestro-dataflow/core/runtime'
import { type Check, failed } from '../../doctor/check.js'

/** Compares the manifest in package.json with what the code contributes, and writes it if it is asked to. */
export async function checkManifest(folder: string, write: boolean): Promise<Check> {
  const name = 'manifest'
  let read: PackageManifest
  try {
    read = await readPackageManifest(folder)
  } catch (error) {
    return failed(name, error)
  }
  const { differences, notes, manifest } = read
  if (notes.length > 0)
    return {
      name,
      status: 'fail',
      message: notes.join('\n'),
      hint: 'Correct these keys, or use a later version of core.',
    }
  if (differences.length === 0) return { name, status: 'ok', message: `package.json says it: ${countsOf(manifest)}` }
  if (write) {
    await writePackageManifest(read)
    return { name, status: 'ok', message: ['package.json was written:', ...differences].join('\n') }
  }
  const message = ['package.json differs from the code:', ...differences].join('\n')
  return { name, status: 'fail', message, hint: 'Write it with: maestro plugin check --write' }
}

function countsOf({ contributes = {} }: PackageManifest['manifest']): string {
  const counts = Object.entries(contributes).map(([kind, things]) => {
    const count = Object.keys(things).length
    return `${count} ${count === 1 ? contributionNouns[kind as keyof typeof contributionNouns] : kindInPlural(kind)}`
  })
  return counts.join(', ') || 'nothing, it only observes'
}

/** `vectorStores` is shown as "vector stores". */
const kindInPlural = (kind: string): string => kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
