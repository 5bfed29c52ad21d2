-- Spans and payloads have a retention each, so a day may have lost its partition of one and not of the other. Each is
-- looked for and made on its own; the answer is the stretch that both cover. Everything else is as in 0002.
CREATE OR REPLACE FUNCTION ensure_span_partition(wanted date) RETURNS TABLE (from_day date, to_day date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  lo date;
  hi date;
  base text;
  part text;
BEGIN
  IF wanted < date '2015-01-01' OR wanted > today + 3 THEN
    RAISE EXCEPTION 'no partition for %: outside 2015-01-01 .. %', wanted, today + 3 USING ERRCODE = '22008';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('signalbox/partition', 0));
  from_day := date '-infinity';
  to_day := date 'infinity';
  FOREACH base IN ARRAY ARRAY['span', 'span_payload'] LOOP
    SELECT p.low, p.high INTO lo, hi FROM span_partition p WHERE p.relation = base AND wanted >= p.low AND wanted < p.high;
    IF NOT FOUND THEN
      IF wanted >= today - 40 THEN
        lo := wanted; hi := wanted + 1;
      ELSIF wanted >= (date_trunc('month', today) - interval '24 months')::date THEN
        lo := date_trunc('month', wanted)::date; hi := (date_trunc('month', wanted) + interval '1 month')::date;
      ELSE
        lo := date_trunc('year', wanted)::date; hi := (date_trunc('year', wanted) + interval '1 year')::date;
      END IF;
      -- The free stretch around the day: up to the neighbours that exist, and not into the days that get their own.
      IF wanted < today - 40 THEN hi := least(hi, today - 40); END IF;
      SELECT greatest(lo, coalesce(max(p.high), lo)) INTO lo FROM span_partition p WHERE p.relation = base AND p.high <= wanted;
      SELECT least(hi, coalesce(min(p.low), hi)) INTO hi FROM span_partition p WHERE p.relation = base AND p.low > wanted;
      part := format('%s_%s_%s', base, to_char(lo, 'YYYYMMDD'), to_char(hi, 'YYYYMMDD'));
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, base);
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (day >= %L AND day < %L)', part, lo, hi);
      PERFORM set_config('lock_timeout', '2s', true);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', base, part, lo, hi);
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
    END IF;
    from_day := greatest(from_day, lo);
    to_day := least(to_day, hi);
  END LOOP;
  RETURN NEXT;
END $$;
