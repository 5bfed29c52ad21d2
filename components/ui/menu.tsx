'use client'
import { cloneElement, lazy, Suspense, useState, type ComponentPropsWithRef, type ReactElement } from 'react'

export type MenuRow =
  | { kind: 'act'; label: string; onSelect: () => void; note?: string }
  | { kind: 'link'; label: string; link: ReactElement; note?: string; current?: boolean }
  | { kind: 'off'; label: string; because: string }

export type MenuGroup =
  | { label?: string; rows: readonly MenuRow[] }
  | {
      label: string
      choices: readonly { value: string; label: string }[]
      value: string
      onChange: (value: string) => void
    }

const load = () => import('./open-menu')
const OpenMenu = lazy(() => load().then((part) => ({ default: part.OpenMenu })))

/**
 * A menu of acts, links and choices in groups. `trigger` is the button that opens it. What draws the menu is loaded
 * when the pointer or the keyboard comes near, because it is a sixth of a page's first load.
 */
export const Menu = ({
  trigger,
  ...menu
}: {
  trigger: ReactElement<ComponentPropsWithRef<'button'>>
  groups: readonly MenuGroup[]
  align?: 'start' | 'end'
}) => {
  const [used, setUsed] = useState(false)
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: () => setUsed(true),
  })
  if (!used) return closed
  return (
    <Suspense fallback={closed}>
      <OpenMenu trigger={trigger} {...menu} />
    </Suspense>
  )
}
