-- Those of the next names of a tenant that have not expired.
-- KEYS: names of the tenant; expiries. ARGV: from, to, so many, now, what comes before a field in a member.
-- Answers with the last that was looked at, if more may follow, and then with those found.
local names = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local answer = { #names == tonumber(ARGV[3]) and names[#names] or '' }
for _, field in ipairs(names) do
  local expiry = redis.call('ZSCORE', KEYS[2], ARGV[5] .. field)
  if expiry and tonumber(expiry) > tonumber(ARGV[4]) then
    answer[#answer + 1] = field
  end
end
return answer
