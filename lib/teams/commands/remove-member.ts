import 'server-only'
import { endSessionsOf } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { memberView } from '../queries'
import { MemberView, PersonParams } from '../schema'
import { deleteMember, lockMember } from '../store'

/** Takes the person out of the team acted in and ends their sign-ins. */
export const removeMember = mutation({
  permission: 'people:manage',
  input: PersonParams,
  run: async (tx, ctx, { personId }) => {
    const before = memberView(await lockMember(tx, ctx.teamId, personId))
    await deleteMember(tx, ctx.teamId, personId)
    await endSessionsOf(tx, personId, 'removed_from_team', ctx.now)
    const audit = { before: auditView(before, MemberView), after: null }
    return { value: undefined, audit: [{ kind: 'member.remove', subject: personId, ...audit }] }
  },
})
