create table upstream_slots (
    name       text primary key,
    -- Microseconds since 1970, by the clock of the database.
    asked_at   bigint not null default 0, -- the last time
    held_until bigint not null default 0,
    next       bigint not null default 0  -- the first slot that is free
) with (fillfactor = 10);
