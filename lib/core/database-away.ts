/**
 * Whether an error says that the database is away, shutting down, out of connections or out of time, or that others were
 * in the way (deadlock, serialisation): nothing is wrong with the request, and the same one may succeed later. Looks at the causes too; knows what pg and Prisma throw.
 */
export const isDatabaseAway = (error: unknown): boolean => {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
    const kind = 'kind' in error && typeof error.kind === 'string' ? error.kind : ''
    if (SQL_STATE.test(code) || SYSTEM_CODE.test(code) || PRISMA_CODE.test(code) || PRISMA_KIND.test(kind)) return true
    if (error instanceof Error && MESSAGE.test(error.message)) return true
    error = 'cause' in error ? error.cause : undefined
  }
  return false
}

/** Connection exceptions, resources, intervention by an operator, system errors, a transaction that was idle for too long. */
const SQL_STATE = /^(08...|53...|57P..|58...|25P0.|57014|55P03|40P01|40001)$/
const SYSTEM_CODE = /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|ENOENT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/
const PRISMA_CODE = /^(P1001|P1002|P1008|P1011|P1017|P2024|P2028|P2034|P2037)$/
const PRISMA_KIND = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|TlsConnectionError)$/
const MESSAGE =
  /^timeout exceeded when trying to connect|^Query read timeout|Connection terminated|Connection ended|not queryable|Can't reach database server|Server has closed the connection/i
