import { contributionNouns, readPackageManifest, writePackageManifest } from '@maestro-dataflow/core/runtime'
import { printJson } from './terminal/json.js'
import { print } from './terminal/print.js'

/**
 * `maestro plugins --check` and `--write`: compares the manifest of a package with the contributions of its code.
 *
 * @param folder The package's folder.
 * @returns the exit code: 1 if the two differ and the manifest is not written
 */
export async function manifest(
  folder: string,
  { write, json = false }: { readonly write: boolean; readonly json?: boolean },
): Promise<number> {
  const read = await readPackageManifest(folder)
  const { plugin, differences } = read
  const agrees = differences.length === 0
  if (write && !agrees) await writePackageManifest(read)
  if (json) printJson({ ...read, written: write && !agrees }, 2)
  else if (agrees) print(`package.json says what ${plugin} contributes: ${countsOf(read.manifest)}\n`)
  else {
    const lines = differences.map((difference) => `  ${difference}\n`).join('')
    print(
      write
        ? `Wrote the manifest of ${plugin}: ${countsOf(read.manifest)}\n${lines}`
        : `The manifest of ${plugin} differs from its code:\n${lines}Write it with: maestro plugins --write\n`,
    )
  }
  return agrees || write ? 0 : 1
}

function countsOf({ contributes = {} }: Awaited<ReturnType<typeof readPackageManifest>>['manifest']): string {
  const counts = Object.entries(contributes).map(([kind, things]) => {
    const count = Object.keys(things).length
    return `${count} ${count === 1 ? contributionNouns[kind as keyof typeof contributionNouns] : kindInPlural(kind)}`
  })
  return counts.join(', ') || 'nothing, it only observes'
}

/** `vectorStores` is shown as "vector stores". */
const kindInPlural = (kind: string): string => kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
