import { Bot, Building2, GitCompareArrows, Users, type LucideIcon } from 'lucide-react'
import { paths } from '@/lib/paths'

/** A screen stands in the rail when it works, for those who may see it. */
export type Place = { name: string; icon: LucideIcon; href: string; under: string }
export type PlaceGroup = { name: string; places: readonly Place[] }

export const placeGroups = (team: string, may: { seePeople: boolean; seePlatform: boolean }): readonly PlaceGroup[] => [
  {
    name: 'Watch',
    places: [{ name: 'Releases', icon: GitCompareArrows, href: paths.releases({ team }), under: '/releases' }],
  },
  { name: 'Ship', places: [{ name: 'Agents', icon: Bot, href: paths.agents({ team }), under: '/agents' }] },
  {
    name: 'Settings',
    places: [
      ...(may.seePeople
        ? [{ name: 'People', icon: Users, href: paths.people({ team }), under: '/settings/people' }]
        : []),
      ...(may.seePlatform
        ? [{ name: 'Teams', icon: Building2, href: paths.teams({ team }), under: '/settings/teams' }]
        : []),
    ],
  },
]
