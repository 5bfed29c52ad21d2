'use client'
import { usePathname, useSearchParams } from 'next/navigation'
import { useMemo, type ReactNode } from 'react'
import { permissionsOf } from '@/lib/auth/permissions'
import { parseRange } from '@/lib/charts/range'
import { paths } from '@/lib/paths'
import { NarrowMenu } from './narrow-menu'
import { PersonMenu } from './person-menu'
import { placeGroups } from './places'
import { Rail } from './rail'
import { RangeControl } from './range-control'
import { TeamSwitcher } from './team-switcher'
import { teamOf, type Viewer } from './viewer'

/** Rail, top bar and the page between them. The team and the range come from the URL, never from memory. */
export const ConsoleFrame = ({ viewer, now, children }: { viewer: Viewer; now: string; children: ReactNode }) => (
  <div className="grid min-h-dvh grid-cols-[12.25rem_minmax(0,1fr)] max-lg:grid-cols-[3rem_minmax(0,1fr)] max-sm:grid-cols-[minmax(0,1fr)]">
    <a
      href="#main"
      className="fixed top-2 left-2 z-60 -translate-y-16 rounded-control border border-line2 bg-surface px-3 py-1.5 font-key shadow-float focus:translate-y-0"
    >
      Skip to the page
    </a>
    <Chrome viewer={viewer} now={now}>
      {children}
    </Chrome>
  </div>
)

const Chrome = ({ viewer, now, children }: { viewer: Viewer; now: string; children: ReactNode }) => {
  const pathname = usePathname()
  const search = useSearchParams()
  const team = teamOf(viewer.teams, search.get('team')) ?? viewer.teams[0]
  const groups = useMemo(() => {
    const may = permissionsOf({ team: team?.role ?? undefined, platform: viewer.platformRole ?? undefined })
    return team === undefined
      ? []
      : placeGroups(team.slug, {
          seePeople: may.has('people:read'),
          changeTeam: may.has('team:manage'),
          seePlatform: viewer.platformRole !== null,
        })
  }, [team, viewer.platformRole])
  const range = parseRange({
    range: search.get('range') ?? undefined,
    from: search.get('from') ?? undefined,
    to: search.get('to') ?? undefined,
  })
  return (
    <>
      <Rail groups={groups} />
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-20 flex h-11 shrink-0 items-center gap-2 border-b border-line bg-surface px-6 max-sm:h-14 max-sm:px-4">
          <NarrowMenu groups={groups} />
          {team === undefined ? null : <TeamSwitcher teams={viewer.teams} team={team} />}
          {team !== undefined && pathname === '/releases' ? (
            <RangeControl
              range={range}
              now={new Date(now)}
              hrefOf={(next) => paths.releases({ team: team.slug, range: next })}
            />
          ) : null}
          <span className="ml-auto" />
          <PersonMenu viewer={viewer} team={team?.slug} />
        </header>
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          {children}
        </main>
      </div>
    </>
  )
}
