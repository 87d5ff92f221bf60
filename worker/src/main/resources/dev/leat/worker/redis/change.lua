-- Changes the value of a key, or says why not.
-- KEYS: values, names and use of the tenant; expiries.
-- ARGV: field, member, bytes of the key, now, the most keys, the most bytes, verb, what the verb takes.
-- Answers with how it ended, as KeyValueStore.Written counts, and with the sum of an increment.
local DONE, ABSENT, CONFLICT, INVALID, FULL = 0, 1, 2, 3, 4
local values, names, use, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local field, member, key_bytes = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now, keys_max, bytes_max = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local expiry = redis.call('ZSCORE', expiries, member)
local is_kept = expiry ~= false -- which counts, expired or not
local is_there = is_kept and tonumber(expiry) > now

local function used(of)
  return tonumber(redis.call('HGET', use, of) or '0')
end

local function count(keys, bytes)
  redis.call('HINCRBY', use, 'keys', keys)
  redis.call('HINCRBY', use, 'bytes', bytes)
end

local function put(value, expires_at)
  local more_keys, more_bytes = 1, key_bytes + #value
  if is_kept then
    more_keys, more_bytes = 0, #value - redis.call('HSTRLEN', values, field)
  end
  if (more_keys > 0 and used('keys') + more_keys > keys_max)
      or (more_bytes > 0 and used('bytes') + more_bytes > bytes_max) then
    return FULL
  end
  -- The first write: a Redis that is full refuses it, and nothing is changed.
  redis.call('HSET', values, field, value)
  redis.call('ZADD', names, 0, field)
  redis.call('ZADD', expiries, expires_at, member)
  count(more_keys, more_bytes)
  return DONE
end

local verbs = {}

function verbs.set(value, expires_at)
  return { put(value, expires_at) }
end

function verbs.delete()
  if not is_there then
    return { ABSENT }
  end
  local bytes = key_bytes + redis.call('HSTRLEN', values, field)
  redis.call('HDEL', values, field)
  redis.call('ZREM', names, field)
  redis.call('ZREM', expiries, member)
  count(-1, -bytes)
  return { DONE }
end

function verbs.expire(expires_at)
  if not is_there then
    return { ABSENT }
  end
  redis.call('ZADD', expiries, expires_at, member)
  return { DONE }
end

-- Numbers of Lua hold 53 bits: Redis adds, in a field that nobody else sees.
function verbs.increment(delta, expires_at)
  local before = is_there and redis.call('HGET', values, field) or '0'
  if #before > 20 then -- first: a pattern takes the square of its length, and Redis waits
    return { INVALID }
  end
  local sign, digits = string.match(before, '^([+-]?)0*(%d+)$')
  if not digits then
    return { INVALID }
  end
  redis.call('HSET', use, 'sum', (sign == '-' and digits ~= '0') and '-' .. digits or digits)
  local added = redis.pcall('HINCRBY', use, 'sum', delta)
  local sum = redis.call('HGET', use, 'sum')
  redis.call('HDEL', use, 'sum')
  if type(added) == 'table' then -- an error: no such number, or beyond the range
    return { INVALID }
  end
  return { put(sum, is_there and expiry or expires_at), sum }
end

function verbs.compare_and_set(is_expected, expected, value, expires_at)
  local before = is_there and redis.call('HGET', values, field)
  if before ~= (is_expected == '1' and expected) then
    return { CONFLICT }
  end
  return { put(value, expires_at) }
end

return verbs[ARGV[7]](unpack(ARGV, 8))
