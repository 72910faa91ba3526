create table orders (
    id         bigint primary key,
    started_at timestamptz not null default clock_timestamp(),
    due        timestamptz default now(), -- null once it has ended
    claim      bigint not null default 0, -- for the lease alone
    snapshot   bytea not null,
    last_error text,
    ended      text
);
create index orders_due on orders (due) where due is not null;
