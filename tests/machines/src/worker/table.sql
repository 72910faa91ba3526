create table orders (
    id         bigint primary key,
    worker     integer not null, -- whose it is
    started_at timestamptz not null default clock_timestamp(),
    snapshot   bytea not null,
    last_error text,
    ended      text
);
create index orders_open on orders (worker) where ended is null;
