with ask as (
    select $1::text as name, $2::bigint as wanted,
        $3::bigint as spacing, $4::bigint as hold),
locked as materialized (
    select upstream_slots.*, wanted, spacing, hold
    from upstream_slots join ask using (name)
    for update of upstream_slots),
-- Not above: there, the clock would be read before the lock is waited for.
clock as materialized (
    select *, (1000000 * extract(epoch from clock_timestamp()))::bigint as now
    from locked),
-- A clock that was set back counts as one that stood still.
shifted as (
    select name, wanted, spacing, now,
        next - greatest(asked_at - now, 0) as next,
        greatest(held_until - greatest(asked_at - now, 0), now + hold) as held
    from clock),
free as (
    select *, greatest(next, held, now) as first from shifted),
given as (
    select *, least(
        wanted,
        greatest(500000 / spacing, 1),
        greatest((now + 1000000 - first + spacing - 1) / spacing, 0)) as slots
    from free)
update upstream_slots as upstream
set asked_at = now, held_until = held, next = first + slots * spacing
from given where upstream.name = given.name
returning slots, first - now, held - now, now
