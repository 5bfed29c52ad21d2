'use client'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { FLOAT, ITEM } from './float-style'
import { Icon } from './icon'
import type { MenuGroup, MenuRow } from './menu'

/** The menu itself, loaded and opened by the first use of its trigger (menu.tsx). */
export const OpenMenu = ({
  trigger,
  groups,
  align = 'start',
}: {
  trigger: ReactElement
  groups: readonly MenuGroup[]
  align?: 'start' | 'end'
}) => (
  <Base.Root modal={false} defaultOpen>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
        <Base.Popup className={`${FLOAT} max-h-(--available-height) min-w-52 overflow-y-auto py-1`}>
          {groups.map((group, index) => (
            <Base.Group key={group.label ?? index} className={index === 0 ? '' : 'mt-1 border-t border-line pt-1'}>
              {group.label === undefined ? null : (
                <Base.GroupLabel className="px-3 pt-1 pb-0.5 text-label text-ink3">{group.label}</Base.GroupLabel>
              )}
              {'choices' in group ? (
                <Base.RadioGroup
                  value={group.value}
                  onValueChange={(value: unknown) => {
                    if (typeof value === 'string') group.onChange(value)
                  }}
                >
                  {group.choices.map((choice) => (
                    <Base.RadioItem key={choice.value} value={choice.value} className={ITEM}>
                      <Tick>
                        <Base.RadioItemIndicator>
                          <Icon of={Check} />
                        </Base.RadioItemIndicator>
                      </Tick>
                      {choice.label}
                    </Base.RadioItem>
                  ))}
                </Base.RadioGroup>
              ) : (
                group.rows.map((row) => <Row key={row.label} row={row} />)
              )}
            </Base.Group>
          ))}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)

const Row = ({ row }: { row: MenuRow }) => {
  switch (row.kind) {
    case 'act':
      return (
        <Base.Item className={ITEM} onClick={row.onSelect}>
          {row.label}
          <Note>{row.note}</Note>
        </Base.Item>
      )
    case 'link':
      return (
        <Base.LinkItem className={ITEM} render={row.link} closeOnClick>
          {row.current === undefined ? null : <Tick>{row.current ? <Icon of={Check} /> : null}</Tick>}
          {row.label}
          <Note>{row.note}</Note>
        </Base.LinkItem>
      )
    case 'off':
      return (
        <Base.Item className={ITEM} disabled>
          {row.label}
          <Note>{row.because}</Note>
        </Base.Item>
      )
  }
}

const Tick = ({ children }: { children: ReactNode }) => <span className="flex w-4 shrink-0">{children}</span>

const Note = ({ children }: { children: string | undefined }) =>
  children === undefined ? null : <span className="ml-auto pl-4 text-small text-ink3">{children}</span>
