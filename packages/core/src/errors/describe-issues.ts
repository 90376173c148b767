/** An issue of a Standard Schema. */
export interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Lists the issues of a Standard Schema as lines: `path: message`.
 *
 * @param setting The place of the checked value.
 */
export function describeIssues(issues: readonly Issue[], setting?: string): readonly string[] {
  return issues.map(({ path = [], message }) => {
    const names = path.map((part) => String(typeof part === 'object' ? part.key : part))
    const place = (setting === undefined ? names : [setting, ...names]).join('.')
    return place === '' ? message : `${place}: ${message}`
  })
}
