// Free ports, asked of the system by listening.
import { createServer } from 'node:net'

export function isPortFree(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

export function anyFreePort(host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host }, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** `first` if it is free, else the next free one within `tries`, else null. */
export async function nextFreePort(first, host = '127.0.0.1', tries = 50) {
  for (let port = first; port < first + tries && port < 65_536; port++) {
    if (await isPortFree(port, host)) return port
  }
  return null
}
