-- KEYS: the upstream.
-- ARGV: slots wanted, and spacing and hold in microseconds.
local wanted, spacing = tonumber(ARGV[1]), tonumber(ARGV[2])
local hold = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local kept = redis.call('HMGET', KEYS[1], 'asked_at', 'held_until', 'next')

-- A clock that was set back counts as one that stood still.
local back = math.max((kept[1] or 0) - now, 0)
local held = math.max((kept[2] or 0) - back, now + hold)
local first = math.max((kept[3] or 0) - back, held, now)
local slots = math.min(
    wanted,
    math.max(math.floor(500000 / spacing), 1),
    math.max(math.ceil((now + 1000000 - first) / spacing), 0))

-- All digits, which Lua would leave out by itself.
local function digits(micros) return string.format('%.0f', micros) end
redis.call('HSET', KEYS[1], 'asked_at', digits(now),
    'held_until', digits(held), 'next', digits(first + slots * spacing))
-- A day after the last use and the end of the hold.
redis.call('PEXPIRE', KEYS[1],
    digits(math.ceil((held - now) / 1000) + 86400000))
return {slots, first - now, held - now, now}
