-- Drops one partition past retention in one transaction, so that the lock on the parent is held for one drop and never
-- while another partition is looked through. What arrives between the look and the drop would have been acknowledged and
-- then gone: writers of that one partition are held off, and it is looked at again, before it is dropped.
DROP FUNCTION drop_expired_span_partitions(text, timestamptz);

-- Answers the name of the partition dropped; null when none is past the cutoff. Never today's or a coming day's.
CREATE FUNCTION drop_expired_span_partition(base text, cutoff timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  candidate record;
  fresh boolean;
BEGIN
  IF base NOT IN ('span', 'span_payload') THEN RAISE EXCEPTION 'unknown relation %', base; END IF;
  FOR candidate IN
    SELECT p.name FROM public.span_partition p
    WHERE p.relation = base AND p.high <= (now() AT TIME ZONE 'UTC')::date ORDER BY p.low
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I WHERE received_at >= $1)', candidate.name) INTO fresh USING cutoff;
    CONTINUE WHEN fresh;
    PERFORM pg_advisory_xact_lock(hashtextextended('signalbox/partition', 0));
    EXECUTE format('LOCK TABLE public.%I IN SHARE MODE', candidate.name);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I WHERE received_at >= $1)', candidate.name) INTO fresh USING cutoff;
    CONTINUE WHEN fresh;
    EXECUTE format('DROP TABLE public.%I', candidate.name);
    RETURN candidate.name;
  END LOOP;
  RETURN NULL;
END $$;
-- The worker's alone, as the owner; prisma/roles.sql takes it from the application's role.
REVOKE ALL ON FUNCTION drop_expired_span_partition(text, timestamptz) FROM PUBLIC;
