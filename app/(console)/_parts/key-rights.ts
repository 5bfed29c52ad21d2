import type { KeyRights } from '@/components/agents/key-section'
import type { Permission } from '@/lib/auth/permissions'

export const keyRightsOf = (permissions: ReadonlySet<Permission>): KeyRights => ({
  see: permissions.has('key:read'),
  manage: permissions.has('key:manage'),
  manageProduction: permissions.has('key:manage-production'),
})
