import 'server-only'
import { notifyKeyChanged, notifySessionsChanged } from '@/lib/auth/revocation'
import { mutation, requirePermission } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { teamView } from '../queries'
import { settingsPermissions } from '../rules'
import { TeamSettings, TeamView } from '../schema'
import { lockTeam, saveTeam } from '../store'

/** Renames the team or changes its settings; what is left out stays. Every process ingests by the new ones at once. */
export const changeTeam = mutation({
  permission: 'team:manage',
  input: TeamSettings,
  run: async (tx, ctx, change) => {
    for (const permission of settingsPermissions(change)) requirePermission(ctx, permission)
    const before = teamView(await lockTeam(tx, ctx.teamId))
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const after = teamView(await saveTeam(tx, ctx.teamId, given))
    await notifyKeyChanged(tx, ctx.teamId)
    // Sessions remember the names of teams for some seconds: whoever renames one sees it at once.
    if (ctx.actor.type === 'person') await notifySessionsChanged(tx, ctx.actor.id)
    const audit = { before: auditView(before, TeamView), after: auditView(after, TeamView) }
    return { value: after, audit: [{ kind: 'team.change', subject: ctx.teamId, ...audit }] }
  },
})
