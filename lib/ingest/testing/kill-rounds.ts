import { kill as killProcess } from 'node:process'
import pg from 'pg'
import type { Generated } from '@/lib/ingest/testing/generate'
import { arrivals } from '@/lib/ingest/testing/honest'
import { Random } from '@/lib/ingest/testing/random'
import { sendSingly } from '@/lib/ingest/testing/over-http'
import type { WireEvent } from '@/lib/ingest/testing/wire-events'
import type { ThrowawayPostgres } from '@/scripts/testing/more-databases'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

export type KillReport = { rounds: number; requests: number; events: number; lost: string[]; resentThatChanged: number }

/**
 * Sends the events singly from 16 callers to two processes, while in each round one of them, or the Postgres below them,
 * is killed with -9 and started again. After each restart every span acknowledged by then is looked for. At the end all
 * of it is sent once more.
 */
export const killRounds = async (
  generated: Generated,
  server: ThrowawayPostgres,
  databaseUrl: string,
  { key, rounds, seed }: { key: string; rounds: number; seed: number },
): Promise<KillReport> => {
  const env = { DATABASE_URL: databaseUrl }
  const processes: (SlimProcess | undefined)[] = await Promise.all([startSlim({ env }), startSlim({ env })])
  const urls = (): string[] => processes.flatMap((process) => (process ? [process.url] : []))
  const events = arrivals(generated, seed)
  const acknowledged = new Set<WireEvent>()
  const lost: string[] = []
  try {
    let answers = 0
    let rounded = false
    const onAnswer = (event: unknown): void => {
      answers += 1
      acknowledged.add(event as WireEvent) // what sendSingly was given
    }
    // Everything once; after that everything again, in another order, for as long as there are rounds to come.
    const sendOn = async (): Promise<number> => {
      let requests = 0
      for (let pass = 0; pass === 0 || !rounded; pass++) {
        requests += await sendSingly(urls, key, new Random(seed + pass).shuffle(events), { acknowledged: onAnswer })
      }
      return requests
    }
    let failed = false
    const finished = sendOn()
    finished.catch(() => (failed = true))
    let round = 0
    for (; round < rounds && !failed; round++) {
      const goal = answers + ANSWERS_A_ROUND
      await until(() => answers >= goal || failed)
      const victim = round % 3
      const before = [...acknowledged]
      if (victim < 2) {
        const process = processes[victim]
        processes[victim] = undefined
        await process?.kill()
        processes[victim] = await startSlim({ env })
      } else {
        killProcess(server.server.pid, 'SIGKILL')
        server.server.pid = (await server.startAgain()).pid
      }
      lost.push(...(await missing(databaseUrl, before)))
    }
    rounded = true
    const requests = await finished
    lost.push(...(await missing(databaseUrl, [...acknowledged])))
    const changed = await resend(urls()[0] ?? '', key, generated.events)
    return { rounds: round, requests, events: events.length, lost, resentThatChanged: changed }
  } finally {
    await Promise.all(processes.map((process) => process?.kill()))
  }
}

/** Between two kills: enough that requests are always under way. */
const ANSWERS_A_ROUND = 60

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Acknowledged spans that are not stored. */
const missing = async (databaseUrl: string, acknowledged: readonly WireEvent[]): Promise<string[]> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ key: string }>("SELECT trace_id || ' ' || span_id AS key FROM span")
    const stored = new Set(rows.map(({ key }) => key))
    const keys = acknowledged.flatMap((event) => (event.type === 'span' ? [`${event.traceId} ${event.id}`] : []))
    return keys.filter((key) => !stored.has(key))
  } finally {
    await client.end()
  }
}

/** Sends everything again in large requests; answers how many items changed something. */
const resend = async (url: string, key: string, events: readonly WireEvent[]): Promise<number> => {
  let changed = 0
  for (let i = 0; i < events.length; i += 500) {
    const response = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: events.slice(i, i + 500) }),
    })
    const answer = (await response.json()) as { accepted: number; duplicates: number } // the contract of the route
    changed += answer.accepted - answer.duplicates
  }
  return changed
}
