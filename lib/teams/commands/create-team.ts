import 'server-only'
import { newId } from '@/lib/core/ids'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { requirePlatform } from '@/lib/core/place'
import { teamView } from '../queries'
import { slugOf } from '../rules'
import { TeamCreate, TeamView } from '../schema'
import { insertTeam } from '../store'

/** Adds an empty team under a slug of its own. */
export const createTeam = mutation({
  permission: 'platform:manage',
  input: TeamCreate,
  run: async (tx, ctx, input) => {
    requirePlatform(ctx)
    const team = { id: newId('team', ctx.now), name: input.name, slug: slugOf(input.name), now: ctx.now }
    const view = teamView(await insertTeam(tx, team))
    return { value: view, audit: [{ kind: 'team.create', subject: view.id, after: auditView(view, TeamView) }] }
  },
})
