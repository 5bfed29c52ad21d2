import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

export type SlimProcess = { child: ChildProcess; url: string; kill: () => Promise<void>; memory: () => Promise<Memory> }
export type Memory = { rss: number; heapUsed: number; external: number; arrayBuffers: number }

/** Starts slim-server.ts as a child; it ends with its parent. `env` goes on top of the test's own. */
export const startSlim = async (
  options: { env?: Record<string, string>; nodeOptions?: readonly string[] } = {},
): Promise<SlimProcess> => {
  const child = fork('scripts/testing/slim-server.ts', {
    execArgv: ['--conditions=react-server', '--import', 'tsx', '--expose-gc', ...(options.nodeOptions ?? [])],
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (!child.stdout) throw new Error('no output')
  for await (const url of createInterface(child.stdout)) {
    const kill = (): Promise<void> => {
      child.kill('SIGKILL')
      return gone
    }
    const memory = async (): Promise<Memory> => (await (await fetch(`${url}/memory`)).json()) as Memory // process.memoryUsage()
    return { child, url, kill, memory }
  }
  throw new Error('The process ended before it listened.')
}
