'use client'
import { Menu as MenuIcon } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { buttonStyle } from '@/components/ui/button-style'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { isAt, type PlaceGroup } from './places'

/** The rail on a phone. */
export const NarrowMenu = ({ groups }: { groups: readonly PlaceGroup[] }) => {
  const pathname = usePathname()
  return (
    <span className="sm:hidden">
      <Menu
        trigger={
          <button type="button" aria-label="Screens" className={buttonStyle('secondary', 'bar')}>
            <Icon of={MenuIcon} />
          </button>
        }
        groups={groups
          .filter((group) => group.places.length > 0)
          .map((group) => ({
            label: group.name,
            rows: group.places.map((place) => ({
              kind: 'link',
              label: place.name,
              current: isAt(place, pathname),
              link: <Link href={place.href} />,
            })),
          }))}
      />
    </span>
  )
}
