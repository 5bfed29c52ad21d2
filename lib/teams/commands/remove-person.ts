import 'server-only'
import { endSessionsOf } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { requirePlatform } from '@/lib/core/place'
import { requireAnotherAdmin } from '../rules'
import { PersonParams } from '../schema'
import { deleteMemberships, lockPerson, lockPlatformAdmins, savePersonRemoved } from '../store'

/** Removes the person from the platform and every team; never the last administrator. Ends their sign-ins. */
export const removePerson = mutation({
  permission: 'platform:manage',
  input: PersonParams,
  run: async (tx, ctx, { personId }) => {
    requirePlatform(ctx)
    const adminIds = await lockPlatformAdmins(tx)
    const person = await lockPerson(tx, personId)
    if (person.platformRole === 'PLATFORM_ADMIN') requireAnotherAdmin(adminIds, personId)
    const teamIds = await deleteMemberships(tx, personId)
    await savePersonRemoved(tx, personId, ctx.now)
    await endSessionsOf(tx, personId, 'removed', ctx.now)
    const before = { platformRole: person.platformRole, teamIds }
    return { value: undefined, audit: [{ kind: 'person.remove', subject: personId, before, after: null }] }
  },
})
