import type { Figure } from '@/lib/charts/format'

/** A figure with its small unit; the full value on hover. Unknown is drawn lighter, because it is not a value. */
export const FigureText = ({ figure, strong = false }: { figure: Figure; strong?: boolean }) => {
  const unknown = figure.value === 'unknown'
  return (
    <span
      title={figure.exact}
      className={`whitespace-nowrap ${unknown ? 'text-ink3' : ''} ${strong && !unknown ? 'font-key text-ink' : ''}`}
    >
      {figure.value}
      {figure.unit === undefined ? null : (
        <>
          {' '}
          <span className="-ml-0.5 text-label font-normal text-ink3">{figure.unit}</span>
        </>
      )}
    </span>
  )
}
