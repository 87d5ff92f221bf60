-- Removes values of a tenant, and with the last of them what was counted.
-- KEYS: values, names and use of the tenant; expiries. ARGV: so many, what comes before a field in a member.
local values, names, use, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local some = redis.call('ZRANGE', names, 0, ARGV[1] - 1)
for _, field in ipairs(some) do
  local key_bytes = #field - string.find(field, '\0', 1, true)
  local bytes = key_bytes + redis.call('HSTRLEN', values, field)
  redis.call('HDEL', values, field)
  redis.call('ZREM', names, field)
  redis.call('ZREM', expiries, ARGV[2] .. field)
  redis.call('HINCRBY', use, 'keys', -1)
  redis.call('HINCRBY', use, 'bytes', -bytes)
end
if #some < tonumber(ARGV[1]) then
  redis.call('DEL', use)
end
return #some
