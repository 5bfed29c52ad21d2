import { z } from 'zod'

/** Environment of the server processes, parsed once. `.env.example` lists the same names (architecture test). */
const Env = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  DATABASE_URL: z.string().min(1, 'Set DATABASE_URL, or start with `npm start`, which does.'),
  DATABASE_OWNER_URL: z.string().optional(),
  DATABASE_DIRECT_URL: z.string().optional(),
  NEXTAUTH_SECRET: z.string().min(32).optional(),
  NEXTAUTH_URL: z.string().optional(),
  SIGNALBOX_ENCRYPTION_KEY: z.string().optional(),
  SIGNALBOX_DATA_DIR: z.string().optional(),
  SIGNALBOX_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  /** Connections of this process to Postgres. */
  SIGNALBOX_POOL_MAX: z.coerce.number().int().min(2).max(100).default(12),
  /** `off` when `npm run worker` runs as a process of its own. */
  SIGNALBOX_WORKER: z.enum(['in-app', 'off']).default('in-app'),
})

export type Env = z.infer<typeof Env>
export const ENV_NAMES = Object.keys(Env.shape)

let parsed: Env | undefined
/** Throws a readable error that names the variable when the environment is incomplete. */
export const env = (): Env => {
  if (!parsed) {
    const result = Env.safeParse(process.env)
    if (!result.success) {
      throw new Error(`Environment: ${result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`)
    }
    parsed = result.data
  }
  return parsed
}
