import 'server-only'
import { notifyKeyChanged } from '@/lib/auth/revocation'
import { notFound } from '@/lib/core/errors'
import { mutation, requirePermission } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { teamView } from '../queries'
import { settingsPermissions } from '../rules'
import { TeamParams, TeamSettings, TeamView } from '../schema'
import { lockTeam, saveTeam } from '../store'

/** Renames the team or changes its settings; what is left out stays. Every process ingests by the new ones at once. */
export const changeTeam = mutation({
  permission: 'team:manage',
  input: TeamSettings.extend(TeamParams.shape),
  run: async (tx, ctx, { teamId, ...change }) => {
    if (teamId !== ctx.teamId) throw notFound()
    for (const permission of settingsPermissions(change)) requirePermission(ctx, permission)
    const before = teamView(await lockTeam(tx, teamId))
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const after = teamView(await saveTeam(tx, teamId, given))
    await notifyKeyChanged(tx, teamId)
    const audit = { before: auditView(before, TeamView), after: auditView(after, TeamView) }
    return { value: after, audit: [{ kind: 'team.change', subject: teamId, ...audit }] }
  },
})
