import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { z } from 'zod'
import { MetricsAnswer, type MetricsRow, type Measures } from '@/lib/metrics/schema'
import { examplePackagesMissing } from '@/scripts/lib/examples.mjs'
import { makeKey, makeTeam } from '@/scripts/testing/house'
import { startSlim } from '@/scripts/testing/slim-process'

const Calls = z.array(
  z.object({
    id: z.string().nullable(),
    api: z.string(),
    model: z.string(),
    streamed: z.boolean(),
    inputTokens: z.number(),
    cacheReadTokens: z.number(),
    cacheWriteTokens: z.number(),
    outputTokens: z.number(),
    reasoningTokens: z.number(),
    costNanoUsd: z.number(),
  }),
)
export type BilledCall = z.output<typeof Calls>[number]

/** A `describe` whose tests run the examples; without their packages it is skipped and its title says why. */
export function describeWithExamples(name: string, run: () => void): void {
  if (examplePackagesMissing().length === 0) describe(name, run)
  else describe.skip(`${name} (skipped: npm ci in examples/js did not succeed, is the registry reachable?)`, run)
}

export type Stage = Awaited<ReturnType<typeof openStage>>

/** Signalbox and the scripted model, each a process of its own as for a user. */
export async function openStage() {
  const signalbox = await startSlim()
  const model = fork(local('../../model/server.mjs'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const modelUrl = model.stdout ? String((await once(model.stdout, 'data'))[0]).trim() : ''

  const billed = async (): Promise<BilledCall[]> =>
    z.object({ calls: Calls }).parse(await (await fetch(`${modelUrl}/billed`)).json()).calls

  /** Runs a script as a user would, for a team of its own, and answers what Signalbox and the model say about it. */
  const play = async (script: string, env: Record<string, string> = {}, { failing = 0 } = {}) => {
    await fetch(`${modelUrl}/billed`, { method: 'DELETE' })
    await fetch(`${modelUrl}/fail`, { method: 'POST', body: JSON.stringify({ times: failing }) })
    const team = await makeTeam()
    const key = await makeKey(team.id, { scopes: ['ingest', 'read'] })
    const ran = await runScript(script, {
      ...env,
      SIGNALBOX_URL: signalbox.url,
      SIGNALBOX_KEY: key.text,
      MODEL_URL: modelUrl,
    })
    const metrics = async (by: string): Promise<{ rows: MetricsRow[]; totals: Measures }> => {
      const response = await fetch(`${signalbox.url}/api/v1/metrics?by=${by}`, { headers: key.headers })
      return MetricsAnswer.parse(await response.json())
    }
    return { ...ran, bill: await billed(), metrics, totals: (await metrics('agent')).totals }
  }

  const close = async (): Promise<void> => {
    model.kill()
    await signalbox.kill()
  }
  return { play, close }
}

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

async function runScript(script: string, env: Record<string, string>) {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [local(`../${script}`)], {
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const [code] = z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await once(child, 'close'))
  return { code, output, errors }
}

/** The sums of a bill, by the names that the metrics use. */
export const sums = (bill: readonly BilledCall[]) => {
  const sum = (pick: (call: BilledCall) => number): number => bill.reduce((total, call) => total + pick(call), 0)
  return {
    llmCalls: bill.length,
    inputTokens: sum((call) => call.inputTokens),
    cacheReadTokens: sum((call) => call.cacheReadTokens),
    outputTokens: sum((call) => call.outputTokens),
    costNanoUsd: sum((call) => call.costNanoUsd),
  }
}
