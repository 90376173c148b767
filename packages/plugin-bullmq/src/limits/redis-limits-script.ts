/**
 * One exchange of a model's limits, as one step of Redis.
 *
 * KEYS: the state, the calls of each process, when each process expires, the penalty of the account. ARGV: the exchange as
 * JSON, and how far the rates may run ahead. Rates follow the generic cell rate algorithm: the state is the time at which
 * all admitted units are paid off.
 */
export const exchangeScript = `
local told = cjson.decode(ARGV[1])
local slack = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('HINCRBY', KEYS[1], 'calls', -tonumber(redis.call('HGET', KEYS[2], dead) or '0'))
  redis.call('HDEL', KEYS[2], dead)
  redis.call('ZREM', KEYS[3], dead)
end

local penalty = math.max(0, redis.call('PTTL', KEYS[4]))
if told.penaltyMs > penalty then
  penalty = told.penaltyMs
  redis.call('SET', KEYS[4], 1, 'PX', math.ceil(penalty))
end

local state = redis.call('HMGET', KEYS[1], 'calls', 'requests', 'tokens')
local before = tonumber(redis.call('HGET', KEYS[2], told.holder) or '0')
local calls = tonumber(state[1] or '0') - before + told.inFlight
local requests = tonumber(state[2] or '0')
local tokens = tonumber(state[3] or '0')
local limits = told.limits
local requestMs = limits.requestsPerMinute and (60000 + slack) / limits.requestsPerMinute
local tokenMs = limits.tokensPerMinute and (60000 + slack) / limits.tokensPerMinute
if tokenMs and told.tokens ~= 0 then tokens = math.max(tokens, now) + told.tokens * tokenMs end

local granted, wait = 0, 0
for _, amount in ipairs(told.calls) do
  wait = penalty
  if requestMs then wait = math.max(wait, requests - slack - now) end
  if tokenMs then wait = math.max(wait, tokens - slack - now) end
  if limits.concurrency and calls >= limits.concurrency then wait = math.max(wait, tonumber(ARGV[3])) end
  if wait > 0 then break end
  granted = granted + 1
  calls = calls + 1
  if requestMs then requests = math.max(requests, now) + requestMs end
  if tokenMs then tokens = math.max(tokens, now) + amount * tokenMs end
end

redis.call('HSET', KEYS[1], 'calls', calls, 'requests', string.format('%.3f', requests), 'tokens', string.format('%.3f', tokens))
redis.call('HSET', KEYS[2], told.holder, told.inFlight + granted)
redis.call('ZADD', KEYS[3], now + told.leaseMs, told.holder)
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], 86400) end
return cjson.encode({
  granted = granted, waitMs = math.ceil(wait), penaltyMs = math.ceil(penalty), holders = redis.call('ZCARD', KEYS[3])
})
`

/**
 * One exchange of budgets, as one step of Redis.
 *
 * KEYS: for each budget, its amounts and when each process expires. ARGV: the exchange as JSON.
 */
export const spendScript = `
local told = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local units = { 'usd', 'tokens', 'requests' }
local states, fits, holders = {}, true, 1

local function add(key, field, amount)
  if amount ~= 0 then redis.call('HINCRBYFLOAT', key, field, string.format('%.12f', amount)) end
end
local function read(key, field)
  return tonumber(redis.call('HGET', key, field) or '0')
end

for i, part in ipairs(told.parts) do
  local key, expiry = KEYS[2 * i - 1], KEYS[2 * i]
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', now)) do
    for _, unit in ipairs(units) do
      local held = read(key, 'held:' .. unit .. ':' .. dead)
      add(key, 'held:' .. unit, -held)
      add(key, 'spent:' .. unit, held)
      add(key, 'spent:' .. unit .. ':' .. dead, held)
      redis.call('HDEL', key, 'held:' .. unit .. ':' .. dead)
    end
    redis.call('ZREM', expiry, dead)
  end
  local state = { spent = {}, held = {} }
  for _, unit in ipairs(units) do
    add(key, 'spent:' .. unit, math.max(0, part.atLeast[unit] - read(key, 'spent:' .. unit)))
    for _, kind in ipairs({ 'spent', 'held' }) do
      local own = kind .. ':' .. unit .. ':' .. told.holder
      add(key, kind .. ':' .. unit, part[kind][unit] - read(key, own))
      redis.call('HSET', key, own, string.format('%.12f', part[kind][unit]))
      state[kind][unit] = read(key, kind .. ':' .. unit)
    end
    local cap = part.cap[unit]
    if cap and state.spent[unit] + state.held[unit] + told.next[unit] > cap then fits = false end
  end
  redis.call('ZADD', expiry, now + told.leaseMs, told.holder)
  redis.call('EXPIRE', key, 604800)
  redis.call('EXPIRE', expiry, 604800)
  holders = math.max(holders, redis.call('ZCARD', expiry))
  states[i] = state
end
if fits then
  for i = 1, #told.parts do
    for _, unit in ipairs(units) do
      add(KEYS[2 * i - 1], 'held:' .. unit, told.next[unit])
      add(KEYS[2 * i - 1], 'held:' .. unit .. ':' .. told.holder, told.next[unit])
    end
  end
end
return cjson.encode({ granted = fits, states = states, holders = holders })
`
