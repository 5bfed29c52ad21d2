import 'server-only'
import { endSessionsOf } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { requirePlatform } from '@/lib/core/place'
import { losesAdmin, requireAnotherAdmin } from '../rules'
import { PersonParams, PlatformRoleChange } from '../schema'
import { lockPerson, lockPlatformAdmins, savePlatformRole } from '../store'

/** Grants, changes or takes the platform role; never the last administrator's. Ends the person's sign-ins. */
export const changePlatformRole = mutation({
  permission: 'platform:manage',
  input: PlatformRoleChange.extend(PersonParams.shape),
  run: async (tx, ctx, { personId, platformRole }) => {
    requirePlatform(ctx)
    const adminIds = await lockPlatformAdmins(tx)
    const before = await lockPerson(tx, personId)
    if (losesAdmin(before.platformRole, platformRole)) requireAnotherAdmin(adminIds, personId)
    await savePlatformRole(tx, personId, platformRole)
    if (before.platformRole !== platformRole) await endSessionsOf(tx, personId, 'role_change', ctx.now)
    const audit = { before: { platformRole: before.platformRole }, after: { platformRole } }
    return { value: { personId, platformRole }, audit: [{ kind: 'person.platform-role', subject: personId, ...audit }] }
  },
})
