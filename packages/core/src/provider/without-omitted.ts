/** Settings without those to omit. The maximum tokens stay: a server that refuses them knows them by another name. */
export function withoutOmitted<Settings extends object>(settings: Settings, omit: readonly string[] = []): Settings {
  const rest: Partial<Settings> = { ...settings }
  for (const name of omit) if (name !== 'maxTokens') delete rest[name as keyof Settings]
  // Only settings that a request can do without are omitted.
  return rest as Settings
}
