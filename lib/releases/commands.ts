import 'server-only'
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Ctx } from '@/lib/core/context'
import { DomainError } from '@/lib/core/errors'
import { mutation, parseInput } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { requireTeam } from '@/lib/core/place'
import { boundAgentName, registeredRelease, releaseView, sha256Hex } from './queries'
import { canonicalManifest, requireSameManifest } from './rules'
import { ReleaseRegister, ReleaseSummary, type ReleaseView } from './schema'
import { ensureAgent, lockOrInsertRelease, saveManifest } from './store'

/**
 * Registers a release by its manifest. Sent again with the same manifest it answers the same release and writes
 * nothing; with another one it throws `conflict`. A release that telemetry named first gets its manifest now.
 */
export const registerRelease = async (ctx: Ctx, input: z.input<typeof ReleaseRegister>): Promise<ReleaseView> => {
  const release = parseInput(ReleaseRegister, input)
  await requireOwnAgent(ctx, release.agent)
  const sha256 = sha256Of(canonicalManifest(release.manifest))
  const known = await registeredRelease(ctx, {
    agent: release.agent,
    name: release.name,
    manifestSha256: sha256.toString('hex'),
  })
  return known ?? writeRelease(ctx, input)
}

const writeRelease = mutation({
  permission: 'release:register',
  input: ReleaseRegister,
  run: async (tx, ctx, input) => {
    requireTeam(ctx)
    const manifest = canonicalManifest(input.manifest)
    const sha256 = sha256Of(manifest)
    await ensureAgent(tx, ctx.teamId, input.agent, ctx.now)
    const row = await lockOrInsertRelease(tx, ctx.teamId, input.agent, input.name, ctx.now)
    const stored = sha256Hex(row.manifestSha256)
    if (stored !== null) requireSameManifest(input.agent, input.name, stored, sha256.toString('hex'))
    const saved = stored === null ? await saveManifest(tx, ctx.teamId, row.id, manifest, new Uint8Array(sha256)) : row
    const view = releaseView(saved)
    return {
      value: view,
      audit: [{ kind: 'release.register', subject: row.id, after: auditView(view, ReleaseSummary) }],
    }
  },
})

/** A key of one agent registers releases of that agent only. */
const requireOwnAgent = async (ctx: Ctx, agent: string): Promise<void> => {
  const bound = await boundAgentName(ctx)
  if (bound === undefined || bound === agent) return
  throw new DomainError(
    'forbidden',
    `This key is for the agent ${bound} only. Use a key of ${agent}, or one of the whole team.`,
  )
}

const sha256Of = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
