import 'server-only'
import { endSessionsOf } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { memberView } from '../queries'
import { changedMember } from '../rules'
import { MemberChange, MemberView, PersonParams } from '../schema'
import { lockMember, saveMember } from '../store'

/** Changes role or approver groups in the team acted in. A new role ends the person's sign-ins. */
export const changeMember = mutation({
  permission: 'people:manage',
  input: MemberChange.extend(PersonParams.shape),
  run: async (tx, ctx, { personId, ...change }) => {
    const before = await lockMember(tx, ctx.teamId, personId)
    const next = changedMember(before, change)
    await saveMember(tx, ctx.teamId, personId, { role: next.role, groups: [...next.groups] })
    if (next.role !== before.role) await endSessionsOf(tx, personId, 'role_change', ctx.now)
    const after = memberView({ ...before, role: next.role, groups: [...next.groups] })
    const audit = { before: auditView(memberView(before), MemberView), after: auditView(after, MemberView) }
    return { value: after, audit: [{ kind: 'member.change', subject: personId, ...audit }] }
  },
})
