/** A time without fractions of a second: 2026-11-25 09:45:12 UTC. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}
