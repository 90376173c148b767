import type { MisbehavingServer } from '../../misbehaving-server.js'

/** The serving for a server of a case, which closes if there is none. */
export async function servingFor<Serving>(
  server: MisbehavingServer,
  make: (url: string) => Serving | Promise<Serving>,
): Promise<Serving> {
  try {
    return await make(server.url)
  } catch (error) {
    await server.close()
    throw error
  }
}
