import 'server-only'
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import pg from 'pg'
import { KEY_CHANNEL, SESSION_CHANNEL } from '@/lib/auth/revocation'
import { pool } from '@/lib/core/db'
import { env } from '@/lib/core/env'
import { log } from '@/lib/core/log'

export type RevocationHandlers = {
  onSession: (personId: string) => void
  onKey: (publicIdOrTeamId: string) => void
  /** Notifications may have been missed: everything cached is in doubt. */
  onGap: () => void
}

/**
 * Hears, on one connection of its own, what other processes changed. It connects anew when the connection is lost, and
 * proves every few seconds that notifications arrive (a transaction pooler takes LISTEN and delivers nothing).
 */
export class RevocationListener {
  readonly #handlers: RevocationHandlers
  #client: pg.Client | undefined
  #proven = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  #awaited: { token: string; heard: () => void } | undefined

  constructor(handlers: RevocationHandlers) {
    this.#handlers = handlers
    void this.#run()
  }

  /** Notifications arrive: what is cached may live its full time. */
  get isListening(): boolean {
    return this.#proven
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#lose()
  }

  /** One round: connect if needed, then prove. Never rejects: every failure is a lost connection and a later try. */
  async #run(): Promise<void> {
    try {
      if (!this.#client) await this.#connect()
      await this.#prove()
    } catch (error) {
      if (!this.#stopped)
        log.warn({ err: error }, 'revocation notices are not arriving: sessions and keys are read anew each second')
      await this.#lose()
    }
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#run(), this.#proven ? PROVE_EVERY_MS : RECONNECT_AFTER_MS)
    this.#timer.unref()
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: env().DATABASE_DIRECT_URL ?? env().DATABASE_URL,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'signalbox revocation',
      // Listening alone does not keep a process alive.
      stream: () => new Socket().unref(),
    })
    client.on('error', () => void this.#lose())
    client.on('end', () => void this.#lose())
    client.on('notification', ({ channel, payload = '' }) => this.#hear(channel, payload))
    this.#client = client
    await client.connect()
    await client.query(`LISTEN ${SESSION_CHANNEL}; LISTEN ${KEY_CHANNEL}; LISTEN ${PROOF_CHANNEL}`)
    this.#handlers.onGap()
  }

  /** Sends a token through the pool and waits for it on the listening connection. */
  async #prove(): Promise<void> {
    const token = randomUUID()
    const heard = new Promise<boolean>((resolve) => {
      const timeout = setTimeout(() => resolve(false), PROOF_TIMEOUT_MS)
      timeout.unref()
      this.#awaited = { token, heard: () => (clearTimeout(timeout), resolve(true)) }
    })
    await pool().query('SELECT pg_notify($1, $2)', [PROOF_CHANNEL, token])
    if (!(await heard))
      throw new Error('A notification did not arrive. Set DATABASE_DIRECT_URL when DATABASE_URL is a pooler.')
    this.#proven = this.#client !== undefined
  }

  #hear(channel: string, payload: string): void {
    if (channel === SESSION_CHANNEL) this.#handlers.onSession(payload)
    else if (channel === KEY_CHANNEL) this.#handlers.onKey(payload)
    else if (payload === this.#awaited?.token) this.#awaited.heard()
  }

  async #lose(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    this.#proven = false
    if (!client) return
    this.#handlers.onGap()
    await client.end().catch(() => {})
  }
}

const PROOF_CHANNEL = 'signalbox_proof'
const PROVE_EVERY_MS = 5_000
const PROOF_TIMEOUT_MS = 2_000
const RECONNECT_AFTER_MS = 500
