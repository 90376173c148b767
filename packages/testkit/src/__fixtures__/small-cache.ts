import type { CachedAnswer, CacheSelection, ResponseCache } from '@maestro-dataflow/core'

/** A right cache, small enough to plant faults in. */
export class SmallCache implements ResponseCache {
  protected readonly entries = new Map<string, { text: string; parts: Readonly<Record<string, string>>; at: number }>()

  async get(key: string): Promise<CachedAnswer | undefined> {
    const entry = this.entries.get(key)
    return entry === undefined ? undefined : JSON.parse(entry.text)
  }
  async set(key: string, answer: CachedAnswer, parts: Readonly<Record<string, string>>): Promise<void> {
    this.entries.set(key, { text: JSON.stringify(answer), parts, at: Date.now() })
  }
  async delete(key: string): Promise<boolean> {
    return this.entries.delete(key)
  }
  async clear({ storedBefore, model }: CacheSelection = {}): Promise<number> {
    const before = storedBefore === undefined ? Number.POSITIVE_INFINITY : Date.parse(storedBefore)
    const selected = [...this.entries].filter(
      ([, { parts, at }]) => at < before && (model === undefined || parts.model === model),
    )
    for (const [key] of selected) this.entries.delete(key)
    return selected.length
  }
  async stats(): Promise<{ entries: number; bytes: number }> {
    return {
      entries: this.entries.size,
      bytes: [...this.entries.values()].reduce((sum, { text }) => sum + text.length, 0),
    }
  }
  async explain(beginning: string): Promise<never> {
    const all = [...this.entries].map(([key, { parts, text }]) => ({
      key,
      parts,
      storedAt: new Date(0).toISOString(),
      bytes: text.length,
    }))
    const meant = all.filter(({ key }) => key.startsWith(beginning))
    const entry = meant.length === 1 ? meant[0] : undefined
    const shared = (parts: object) => Object.entries(parts).filter(([name, text]) => entry?.parts[name] === text).length
    const others = all.filter((other) => other !== entry)
    return { entry, candidates: meant, nearest: others.sort((a, b) => shared(b.parts) - shared(a.parts)) } as never
  }
  async dispose(): Promise<void> {}
}

/** One whose methods are its own, so that a fault can replace them. */
export function smallCache(): ResponseCache {
  const right = new SmallCache()
  return {
    get: (key) => right.get(key),
    set: (key, answer, parts) => right.set(key, answer, parts),
    delete: (key) => right.delete(key),
    clear: (which) => right.clear(which),
    stats: () => right.stats(),
    dispose: () => right.dispose(),
  }
}
