/** One table maps role -> permissions; UI and API ask the same functions (README of the design, section 8). */
export const TEAM_ROLES = ['LEAD', 'REVIEWER', 'ENGINEER', 'VIEWER'] as const
export const PLATFORM_ROLES = ['PLATFORM_ADMIN', 'AUDITOR'] as const
export type TeamRole = (typeof TEAM_ROLES)[number]
export type PlatformRole = (typeof PLATFORM_ROLES)[number]

export const KEY_SCOPES = ['ingest', 'read', 'authorize', 'prompts', 'releases', 'tools', 'gateway'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

export const PERMISSIONS = [
  'team:read',
  'team:manage',
  'platform:manage',
  'people:read',
  'people:manage',
  'agent:read',
  'agent:manage',
  'key:read',
  'key:manage',
  'key:manage-production',
  'release:read',
  'release:register',
  'telemetry:read',
  'telemetry:ingest',
  'telemetry:erase',
  'redaction:manage',
  'audit:read',
] as const
export type Permission = (typeof PERMISSIONS)[number]

const READ = ['team:read', 'agent:read', 'release:read', 'telemetry:read'] as const satisfies Permission[]

const BY_ROLE = {
  PLATFORM_ADMIN: PERMISSIONS,
  AUDITOR: [...READ, 'people:read', 'key:read', 'audit:read'],
  LEAD: [
    ...READ,
    'team:manage',
    'people:read',
    'people:manage',
    'agent:manage',
    'key:read',
    'key:manage',
    'key:manage-production',
    'release:register',
    'redaction:manage',
    'telemetry:erase',
    'audit:read',
  ],
  REVIEWER: [...READ, 'people:read'],
  ENGINEER: [...READ, 'people:read', 'agent:manage', 'key:read', 'key:manage', 'release:register'],
  VIEWER: READ,
} as const satisfies Record<TeamRole | PlatformRole, readonly Permission[]>

const BY_SCOPE = {
  ingest: ['telemetry:ingest'],
  read: ['telemetry:read', 'agent:read', 'release:read'],
  releases: ['release:register', 'release:read'],
  authorize: [],
  prompts: [],
  tools: [],
  gateway: [],
} as const satisfies Record<KeyScope, readonly Permission[]>

/** What a person may do in one team: their role there, their platform role, or both. */
export const permissionsOf = (roles: {
  team?: TeamRole | undefined
  platform?: PlatformRole | undefined
}): ReadonlySet<Permission> =>
  new Set<Permission>([...(roles.team ? BY_ROLE[roles.team] : []), ...(roles.platform ? BY_ROLE[roles.platform] : [])])

export const permissionsOfScopes = (scopes: readonly KeyScope[]): ReadonlySet<Permission> =>
  new Set<Permission>(scopes.flatMap((scope) => BY_SCOPE[scope]))
