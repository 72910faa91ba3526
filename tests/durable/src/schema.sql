create table orders (
    id         bigint primary key,
    started_at timestamptz not null default clock_timestamp()
               check (isfinite(started_at)),
    due        timestamptz default now(), -- null once it has ended
    snapshot   bytea not null -- behind the id of its order
               check (substr(snapshot, 1, 8) = int8send(id)),
    last_error text,
    ended      text,
    claim      bigint not null default 0, -- rises with whatever is done
    kept       bigint not null default 0, -- the claim that was kept last
    lease      interval not null default '30 seconds'
               check (lease between '1 second' and '10 minutes')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 1000);
create index orders_due on orders (due) where due is not null;
