-- Removes values that have expired, of any tenant.
-- KEYS: expiries. ARGV: now, so many, what values, names and use are called before the tenant's name.
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  local tenant_end = string.find(member, '\0', 1, true)
  local tenant, field = string.sub(member, 1, tenant_end - 1), string.sub(member, tenant_end + 1)
  local key_bytes = #field - string.find(field, '\0', 1, true)
  local values, names, use = ARGV[3] .. tenant, ARGV[4] .. tenant, ARGV[5] .. tenant
  local bytes = key_bytes + redis.call('HSTRLEN', values, field)
  redis.call('HDEL', values, field)
  redis.call('ZREM', names, field)
  redis.call('ZREM', KEYS[1], member)
  redis.call('HINCRBY', use, 'keys', -1)
  redis.call('HINCRBY', use, 'bytes', -bytes)
end
return #members
