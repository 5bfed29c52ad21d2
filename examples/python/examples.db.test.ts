import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { GET as getInteractions } from '@/app/api/v1/interactions/route'
import { GET as getMetrics } from '@/app/api/v1/metrics/route'
import { formatUsd } from '@/lib/core/money'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { testPool } from '@/lib/ingest/testing/sender'
import { InteractionsPage } from '@/lib/interactions/schema'
import { MetricsAnswer } from '@/lib/metrics/schema'
import { ensurePythonExamples } from '@/scripts/lib/python-examples.mjs'
import { call, makeKey, makeTeam, type TestKey } from '@/scripts/testing/house'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const Bill = z.object({
  calls: z.array(
    z.object({
      inputTokens: z.number(),
      cacheReadTokens: z.number(),
      outputTokens: z.number(),
      reasoningTokens: z.number(),
      costNanoUsd: z.number(),
    }),
  ),
})
type BilledCall = z.output<typeof Bill>['calls'][number]

/** Agents as they name themselves, and the spans they send for a conversation with one tool call and with two. */
const AGENTS = [
  { script: 'plain_agent.py', agent: 'shop-plain', spans: [4, 6] },
  { script: 'langgraph_agent.py', agent: 'shop-langgraph-py', spans: [12, 18] },
  { script: 'autogen_agent.py', agent: 'shop-autogen', spans: [6, 8] },
  { script: 'crewai_agent.py', agent: 'shop-crewai', spans: [6, 8] },
] as const

const { python, missing } = await ensurePythonExamples()
if (missing !== undefined) describe.skip(`the Python examples (skipped: ${missing})`, () => test('run', () => {}))
else describe('the Python examples', () => run(python))

function run(interpreter: string): void {
  const pool = testPool(2)
  const home = mkdtempSync(join(tmpdir(), 'signalbox-python-home-')) // CrewAI keeps a database below the user's home
  let signalbox: SlimProcess
  let model: ReturnType<typeof fork>
  let modelUrl: string
  beforeAll(async () => {
    signalbox = await startSlim()
    model = fork('examples/model/server.mjs', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    modelUrl = model.stdout ? String((await once(model.stdout, 'data'))[0]).trim() : ''
  })
  afterAll(async () => {
    model.kill()
    await signalbox.kill()
    await pool.end()
    rmSync(home, { recursive: true, force: true })
  })

  /** Runs a script as a user would, for a team of its own. */
  const play = async (script: string) => {
    await fetch(`${modelUrl}/billed`, { method: 'DELETE' })
    const team = await makeTeam()
    const key = await makeKey(team.id, { scopes: ['ingest', 'read'] })
    const env = {
      ...process.env,
      HOME: home,
      PYTHONPYCACHEPREFIX: join(dirname(interpreter), '..', 'pycache'),
      SIGNALBOX_URL: signalbox.url,
      SIGNALBOX_KEY: key.text,
      MODEL_URL: modelUrl,
    }
    const ended = await output(spawn(interpreter, [join('examples/python', script)], { env }))
    const { calls } = Bill.parse(await (await fetch(`${modelUrl}/billed`)).json())
    return { ...ended, key, teamId: team.id, bill: calls }
  }

  test.each(AGENTS)(
    '$script: three interactions with agent, user, steps, tools, outcome; tokens and cost equal the bill, nothing twice',
    async ({ script, agent, spans: [oneTool, twoTools] }) => {
      const { code, text, key, teamId, bill } = await play(script)
      expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('hand over to a person') })
      expect(bill).toHaveLength(7)

      const interactions = await interactionsOf(key)
      const shared = { agent, release: '1.4.0', state: 'closed', turns: 1, turnErrors: 0, llmErrors: 0 }
      const resolved = { ...shared, result: 'resolved', escalated: false, toolErrors: 0, unknownCostCalls: 0 }
      const handedOver = { ...shared, result: 'unresolved', escalated: true, toolErrors: 1, unknownCostCalls: 0 }
      expect(interactions).toMatchObject([
        { ...resolved, userId: 'customer-1', spans: oneTool, toolCalls: 1, ...sums(bill.slice(0, 2)) },
        { ...resolved, userId: 'customer-2', spans: twoTools, toolCalls: 2, ...sums(bill.slice(2, 5)) },
        { ...handedOver, userId: 'customer-3', spans: oneTool, toolCalls: 1, ...sums(bill.slice(5)) },
      ])

      const { totals } = await metricsOf(key, 'agent')
      expect(totals).toMatchObject({
        ...sums(bill),
        cacheReadTokens: bill.reduce((sum, one) => sum + one.cacheReadTokens, 0),
        reasoningTokens: 0,
        interactions: 3,
        unattributedCostUsd: formatUsd(0n),
        unknownUsageCalls: 0,
        users: 3,
      })
      expect(await costStates(teamId)).toEqual([{ state: 'computed', calls: 7 }])
      await expectCleanRecount(pool)

      const byTool = (await metricsOf(key, 'tool')).rows.filter(({ toolCalls }) => toolCalls > 0)
      expect(new Map(byTool.map(({ keys, toolCalls }) => [keys['tool'], toolCalls]))).toEqual(
        new Map([
          ['look_up_order', 3],
          ['request_refund', 1],
        ]),
      )
      const byPrompt = (await metricsOf(key, 'promptVersion')).rows.filter(({ llmCalls }) => llmCalls > 0)
      expect(byPrompt).toMatchObject([{ keys: { promptName: 'shop-support', promptVersion: '3' }, llmCalls: 7 }])
    },
    240_000,
  )

  const interactionsOf = async (key: TestKey) => {
    const response = await call(getInteractions, { path: '/api/v1/interactions', headers: key.headers })
    const { items } = InteractionsPage.parse(await response.json())
    return items.sort((a, b) => (a.userId ?? '').localeCompare(b.userId ?? ''))
  }

  const metricsOf = async (key: TestKey, by: string) => {
    const response = await call(getMetrics, { path: `/api/v1/metrics?by=${by}`, headers: key.headers })
    return MetricsAnswer.parse(await response.json())
  }

  const costStates = async (teamId: string) => {
    const { rows } = await pool.query<{ state: string; calls: number }>(
      `SELECT cost_state AS state, count(*)::int AS calls FROM span
       WHERE team_id = $1 AND kind IN ('llm', 'embedding') GROUP BY cost_state ORDER BY cost_state`,
      [teamId],
    )
    return rows
  }
}

async function output(child: ReturnType<typeof spawn>): Promise<{ code: number | null; text: string }> {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
  await once(child, 'close')
  return { code: child.exitCode, text }
}

/** What a bill adds up to, by the names that interactions and metrics use. */
const sums = (calls: readonly BilledCall[]) => ({
  llmCalls: calls.length,
  inputTokens: calls.reduce((sum, one) => sum + one.inputTokens, 0),
  outputTokens: calls.reduce((sum, one) => sum + one.outputTokens, 0),
  costUsd: formatUsd(BigInt(calls.reduce((sum, one) => sum + one.costNanoUsd, 0))),
})
