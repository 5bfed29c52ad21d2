'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Icon } from '@/components/ui/icon'
import { paths } from '@/lib/paths'
import { Logo } from './logo'
import { isAt, type Place, type PlaceGroup } from './places'

/**
 * 196 px wide; at 1024 px it folds to 48: icons, with the name on hover and focus. Under 640 px it is a menu of the top
 * bar instead.
 */
export const Rail = ({ groups }: { groups: readonly PlaceGroup[] }) => {
  const pathname = usePathname()
  return (
    <nav
      aria-label="Screens"
      className="sticky top-0 z-30 flex h-dvh flex-col border-r border-line bg-canvas max-sm:hidden"
    >
      <Link
        href={paths.home()}
        className="flex h-11 shrink-0 items-center gap-2.5 px-4 font-section focus-visible:-outline-offset-3 max-lg:justify-center max-lg:px-0"
      >
        <Logo />
        <span className="max-lg:sr-only">Signalbox</span>
      </Link>
      <ul className="flex flex-1 flex-col gap-1 px-2 pt-1 pb-3 max-lg:px-1.5">
        {groups
          .filter((group) => group.places.length > 0)
          .map((group) => (
            <li
              key={group.name}
              className={`max-lg:border-line max-lg:pt-1.5 max-lg:first:border-t-0 max-lg:first:pt-0 ${group.atFoot ? 'mt-auto' : 'max-lg:border-t'}`}
            >
              <span className="block px-2 pt-2 pb-1 text-label text-ink3 max-lg:sr-only">{group.name}</span>
              <ul className="flex flex-col gap-px">
                {group.places.map((place) => (
                  <li key={place.under}>
                    <RailLink place={place} here={isAt(place, pathname)} />
                  </li>
                ))}
              </ul>
            </li>
          ))}
      </ul>
    </nav>
  )
}

const RailLink = ({ place, here }: { place: Place; here: boolean }) => (
  <Link
    href={place.href}
    aria-current={here ? 'page' : undefined}
    className={`group relative flex h-7 items-center gap-2.5 rounded-control border px-2 max-lg:h-8 max-lg:justify-center max-lg:px-0 ${
      here ? 'border-line bg-surface font-key text-ink' : 'border-transparent text-ink2 hover:bg-sunken hover:text-ink'
    }`}
  >
    <Icon of={place.icon} className={here ? 'text-accent' : ''} />
    <span className={FOLDED_NAME}>{place.name}</span>
  </Link>
)

const FOLDED_NAME =
  'max-lg:pointer-events-none max-lg:absolute max-lg:left-full max-lg:z-40 max-lg:ml-2 max-lg:rounded-control max-lg:border max-lg:border-line2 max-lg:bg-surface max-lg:px-2 max-lg:py-0.5 max-lg:text-small max-lg:font-normal max-lg:text-ink max-lg:opacity-0 max-lg:shadow-float max-lg:group-hover:opacity-100 max-lg:group-focus-visible:opacity-100'
