import { Skeleton } from './skeleton'

/** The rows of a table while they are read, as high as the real ones, so that nothing jumps when they come. */
export const TableSkeleton = ({ rows, what }: { rows: number; what: string }) => (
  <div role="status" aria-label={`Reading ${what}`}>
    <div className="flex h-9 items-center border-b border-line px-6 max-sm:px-4">
      <Skeleton className="h-3 w-24" />
    </div>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="flex h-[35px] items-center gap-8 border-b border-line px-6 max-sm:px-4">
        <Skeleton className={`h-3 ${row % 2 === 0 ? 'w-44' : 'w-32'}`} />
        <Skeleton className="ml-auto h-3 w-16" />
        <Skeleton className="h-3 w-16 max-sm:hidden" />
        <Skeleton className="h-3 w-12 max-sm:hidden" />
        <Skeleton className="h-3 w-20 max-sm:hidden" />
      </div>
    ))}
  </div>
)
