import { Bot, Building2, Cable, GitCompareArrows, Settings2, Users, type LucideIcon } from 'lucide-react'
import { paths } from '@/lib/paths'

/** A screen stands in the rail when it works, for those who may see it. */
export type Place = { name: string; icon: LucideIcon; href: string; under: string }
/** The group at the foot of the rail is what is seldom needed. */
export type PlaceGroup = { name: string; places: readonly Place[]; atFoot?: true }

/** On the screen itself or below it; `/settings/teams` is not below `/settings/team`. */
export const isAt = (place: Place, pathname: string): boolean =>
  pathname === place.under || pathname.startsWith(`${place.under}/`)

export const placeGroups = (
  team: string,
  may: { seePeople: boolean; changeTeam: boolean; seePlatform: boolean },
): readonly PlaceGroup[] => [
  {
    name: 'Watch',
    places: [{ name: 'Releases', icon: GitCompareArrows, href: paths.releases({ team }), under: '/releases' }],
  },
  {
    name: 'Ship',
    places: [
      { name: 'Agents', icon: Bot, href: paths.agents({ team }), under: '/agents' },
      { name: 'Connect', icon: Cable, href: paths.connect({ team }), under: '/connect' },
    ],
  },
  {
    name: 'Settings',
    atFoot: true,
    places: [
      ...(may.seePeople
        ? [{ name: 'People', icon: Users, href: paths.people({ team }), under: '/settings/people' }]
        : []),
      ...(may.changeTeam
        ? [{ name: 'Team settings', icon: Settings2, href: paths.teamSettings({ team }), under: '/settings/team' }]
        : []),
      ...(may.seePlatform
        ? [{ name: 'Teams', icon: Building2, href: paths.teams({ team }), under: '/settings/teams' }]
        : []),
    ],
  },
]
