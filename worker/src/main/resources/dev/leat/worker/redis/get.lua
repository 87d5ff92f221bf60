-- The value of a key, unless it has expired.
-- KEYS: values of the tenant; expiries. ARGV: field, member, now.
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[2])
if expiry and tonumber(expiry) > tonumber(ARGV[3]) then
  return redis.call('HGET', KEYS[1], ARGV[1])
end
return false
