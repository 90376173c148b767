/** The part of a package.json that names licences and dependencies. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string | { readonly type?: string }
  readonly licenses?: readonly { readonly type?: string }[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Licences that ask for no more than a notice. */
const permissive =
  /^(Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause(-Clear)?|BlueOak-1\.0\.0|Python-2\.0|PSF-2\.0|CC0-1\.0|CC-BY-[34]\.0|Unlicense|Zlib|WTFPL)$/

/** Packages that do not say it in their manifest, or are allowed for a reason of their own. */
const known: Readonly<Record<string, string>> = {
  // Its manifest says BSD, its file the text of two clauses.
  duck: 'BSD-2-Clause',
}

/** Whether a licence expression (SPDX) can be met by permissive licences: one side of an OR, both of an AND. */
export function isPermissive(expression: string): boolean {
  const bare = expression.trim().replace(/^\(([^()]*)\)$/, '$1')
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isPermissive)
  if (bare.includes(' AND ')) return bare.split(' AND ').every(isPermissive)
  return permissive.test(bare)
}

/** The licence that a package names. */
export function licenceOf({ name, license, licenses }: Manifest): string {
  const expression = known[name]
  if (expression !== undefined) return expression
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none named'
}
