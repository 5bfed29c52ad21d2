'use client'
import { ChevronDown, Users } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { buttonStyle } from '@/components/ui/button-style'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { ROLE_NAMES, type ViewerTeam } from './viewer'

/** Which team the screen shows. Opening the same screen of another team is a link, so it also opens in a new tab. */
export const TeamSwitcher = ({ teams, team }: { teams: readonly ViewerTeam[]; team: ViewerTeam }) => {
  const pathname = usePathname()
  return (
    <Menu
      trigger={
        <button type="button" className={`${buttonStyle('secondary', 'bar')} max-w-56`}>
          <Icon of={Users} className="text-ink2 max-sm:hidden" />
          <span className="sr-only">Team: </span>
          <span className="truncate">{team.name}</span>
          <Icon of={ChevronDown} className="text-ink3" />
        </button>
      }
      groups={[
        {
          label: 'Team',
          rows: teams.map((one) => ({
            kind: 'link',
            label: one.name,
            current: one.id === team.id,
            link: <Link href={`${listOf(pathname)}?team=${encodeURIComponent(one.slug)}`} />,
            ...(one.role === null ? {} : { note: ROLE_NAMES[one.role] }),
          })),
        },
      ]}
    />
  )
}

/** One thing belongs to one team: from there another team's list is where to go. */
const listOf = (pathname: string): string => (pathname.startsWith('/agents/') ? '/agents' : pathname)
