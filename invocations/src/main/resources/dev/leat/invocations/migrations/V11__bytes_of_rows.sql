-- What a tenant's invocations hold counts heads and rows from now on, not bodies alone.
UPDATE async_counts SET bytes = bytes + (
  SELECT COALESCE(SUM(OCTET_LENGTH(head) + 300), 0) FROM (
    SELECT tenant, head FROM async_queue
    UNION ALL SELECT tenant, head FROM async_results
    UNION ALL SELECT tenant, head FROM dead_letters) kept
  WHERE kept.tenant = async_counts.tenant)
WHERE slot = (SELECT MIN(slot) FROM async_counts least WHERE least.tenant = async_counts.tenant);
